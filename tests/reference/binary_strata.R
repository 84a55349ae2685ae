# Mantel-Haenszel by metafor, log-binomial and modified Poisson by glm with sandwich, on National Supported Work.
suppressMessages({library(metafor); library(sandwich)})
cat("case,method,contrast,estimate,std_error,conf_low,conf_high,p_value\n")
z <- qnorm(0.975)
put <- function(case, method, contrast, b, se, log) {
  ends <- c(b, b - z * se, b + z * se); if (log) ends <- exp(ends)
  cat(sprintf("%s,%s,%s,%.15g,%.15g,%.15g,%.15g,%.15g\n", case, method, contrast, ends[1], se, ends[2], ends[3], 2 * pnorm(-abs(b) / se)))
}
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv")
cps <- rbind(nsw[nsw$treat == 1, ], read.csv("../../data/open/nsw/cps1_15992.csv"))
for (name in c("nsw", "cps")) {
  d <- get(name); y <- as.numeric(d$re78 > 0); a <- d$treat
  for (by in list(c("black", "nodegree"), c("black", "hisp", "marr", "nodegree", "educ"))) {
    s <- interaction(d[by], drop = TRUE)
    t <- data.frame(x1 = tapply(y * a, s, sum), n1 = tapply(a, s, sum), x0 = tapply(y * (1 - a), s, sum), n0 = tapply(1 - a, s, sum))
    t <- t[t$n1 > 0 & t$n0 > 0, ]
    for (measure in c("RD", "RR", "OR")) {
      m <- rma.mh(ai = x1, n1i = n1, ci = x0, n2i = n0, data = t, measure = measure, add = 0, to = "none", drop00 = FALSE, correct = FALSE)
      contrast <- c(RD = "risk_difference", RR = "risk_ratio", OR = "odds_ratio")[[measure]]
      put(paste(name, length(by), sep = "/"), "mantel_haenszel", contrast, m$beta[1], m$se, measure != "RD")
    }
  }
}
tight <- list(epsilon = 1e-15, maxit = 200)
X <- c("age", "educ", "black", "hisp", "marr", "nodegree")
for (name in c("nsw", "cps")) {
  d <- get(name); d$y <- as.numeric(d$re78 > 0)
  m <- glm(reformulate(c("treat", X), "y"), poisson, d, control = tight)
  put(name, "modified_poisson", "risk_ratio", coef(m)[["treat"]], sqrt(sandwich(m)["treat", "treat"]), TRUE)
  V <- vcovCL(m, d$educ, type = "HC0", cadjust = FALSE)
  put(paste0(name, "/educ"), "modified_poisson", "risk_ratio", coef(m)[["treat"]], sqrt(V["treat", "treat"]), TRUE)
}
d <- nsw; d$y <- as.numeric(d$re78 > 0)
start <- c(log(mean(d$y)), 0, 0, 0, 0)
m <- glm(y ~ treat + age + educ + black, binomial(link = "log"), d, start = start, control = tight)
stopifnot(m$converged, !m$boundary)
put("nsw", "log_binomial", "risk_ratio", coef(m)[["treat"]], sqrt(vcov(m)["treat", "treat"]), TRUE)
