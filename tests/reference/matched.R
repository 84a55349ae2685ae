# Matched pairs by MatchIt with clubSandwich's CR2; matching with replacement by Matching, Abadie and Imbens' variance.
suppressMessages({library(MatchIt); library(clubSandwich); library(Matching)})
cat("case,key,value\n")
say <- function(case, key, value) cat(sprintf("%s,%s,%.15g\n", case, key, as.numeric(value)), sep = "")
tight <- list(epsilon = 1e-15, maxit = 100)
p <- read.csv("matching_people.csv")
p$eta <- qlogis(fitted(glm(a ~ x1 + x2 + z, binomial, p, control = tight)))
width <- 0.2 * sqrt(mean(tapply(p$eta, p$a, var)))
for (case in c("caliper", "exact")) for (kind in c("binary", "amount")) {
  m <- matchit(a ~ x1 + x2 + z, p, distance = p$eta, mahvars = ~eta, method = "nearest", std.caliper = FALSE, m.order = "largest",
               caliper = width, exact = if (case == "exact") ~z)
  d <- subset(cbind(p, pair = m$subclass), !is.na(pair)); d$v <- if (kind == "binary") d$y else d$pay
  fit <- lm(v ~ a, d); V <- vcovCR(fit, droplevels(d$pair), "CR2"); test <- coef_test(fit, V, test = "Satterthwaite")
  tag <- paste("pairs", case, kind, sep = "/"); b <- coef(fit)[["a"]]; se <- sqrt(V["a", "a"])
  df <- if ("df_Satt" %in% names(test)) test$df_Satt[2] else test$df[2]
  say(tag, "estimate", b); say(tag, "std_error", se); say(tag, "conf_low", b - qt(0.975, df) * se)
  say(tag, "conf_high", b + qt(0.975, df) * se); say(tag, "p_value", 2 * pt(-abs(b) / se, df)); say(tag, "n_1", nrow(d) / 2)
}
with_replacement <- function(case, y, a, X, population, neighbours, adjust) {
  m <- Match(y, a, X, estimand = population, M = neighbours, Weight = 2, BiasAdjust = adjust, Var.calc = neighbours, ties = TRUE)
  tag <- paste("ai", case, population, neighbours, if (adjust) "adjusted" else "plain", sep = "/")
  say(tag, "estimate", m$est); say(tag, "std_error", m$se)
}
X <- as.matrix(p[c("x1", "x2", "z")])
for (population in c("ATE", "ATT", "ATC")) for (neighbours in c(1, 3)) for (adjust in c(FALSE, TRUE)) {
  with_replacement("binary", p$y, p$a, X, population, neighbours, adjust)
  with_replacement("amount", p$pay, p$a, X, population, neighbours, adjust)
}
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv")
for (adjust in c(FALSE, TRUE))
  with_replacement("nsw", as.numeric(nsw$re78 > 0), nsw$treat, as.matrix(nsw[c("age", "educ", "black", "nodegree", "re75")]), "ATT", 1, adjust)
# Supported men beside the survey: the experiment says 0.1106 and 1794 dollars.
cps <- rbind(nsw[nsw$treat == 1, ], read.csv("../../data/open/nsw/cps1_15992.csv"))
C <- as.matrix(cps[c("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")])
with_replacement("cps", as.numeric(cps$re78 > 0), cps$treat, C, "ATT", 1, TRUE)
with_replacement("cps_pay", cps$re78, cps$treat, C, "ATT", 1, TRUE)
