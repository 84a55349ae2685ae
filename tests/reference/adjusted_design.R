# Propensity by glm, weights, balance and effective sizes from their definitions.
cat("case,key,value\n")
put <- function(key, value) cat(sprintf("%s,%s,%.15g\n", case, key, value))
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv")
cps <- rbind(nsw[nsw$treat == 1, ], read.csv("../../data/open/nsw/cps1_15992.csv"))
covariates <- c("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")
for (case in c("nsw", "cps")) {
  d <- get(case); a <- d$treat
  fit <- glm(reformulate(covariates, "treat"), binomial, d, control = list(epsilon = 1e-15, maxit = 100))
  for (term in names(coef(fit))) put(paste0("coefficient/", sub("(Intercept)", "intercept", term, fixed = TRUE)), coef(fit)[[term]])
  e <- fitted(fit)
  weights <- list(ate = a / e + (1 - a) / (1 - e), att = a + (1 - a) * e / (1 - e), overlap = a * (1 - e) + (1 - a) * e)
  put("overlap/outside_1", mean(e[a == 1] < min(e[a == 0]) | e[a == 1] > max(e[a == 0])))
  for (name in names(weights)) {
    w <- weights[[name]]
    for (arm in 1:0) put(sprintf("ess/%s/%d", name, arm), sum(w[a == arm])^2 / sum(w[a == arm]^2))
    put(sprintf("largest_weight/%s", name), max(sapply(1:0, function(arm) max(w[a == arm]) / mean(w[a == arm]))))
  }
  for (v in covariates) {
    x1 <- d[a == 1, v]; x0 <- d[a == 0, v]
    binary <- all(d[[v]] %in% 0:1)
    spread <- function(x) if (binary) sqrt(mean(x) * (1 - mean(x))) else sd(x)
    pooled <- sqrt((spread(x1)^2 + spread(x0)^2) / 2)
    put(paste0("mean_1/", v), mean(x1)); put(paste0("sd_1/", v), spread(x1))
    put(paste0("mean_0/", v), mean(x0)); put(paste0("sd_0/", v), spread(x0))
    put(paste0("smd/", v), (mean(x1) - mean(x0)) / pooled)
    w <- weights$att
    put(paste0("weighted_smd/", v), (weighted.mean(x1, w[a == 1]) - weighted.mean(x0, w[a == 0])) / pooled)
    if (!binary) put(paste0("variance_ratio/", v), var(x1) / var(x0))
  }
}
