# The whole way from the two published files of National Supported Work to every row of its two protocols.
source("thread_methods/methods.R")
cat("key,value\n")
wide <- function(file) {
  d <- read.csv(file.path("..", "..", "data", "open", "nsw", file))
  d$no_earnings_1974 <- as.numeric(d$re74 == 0); d$no_earnings_1975 <- as.numeric(d$re75 == 0)
  d
}
covariates <- c("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "no_earnings_1974", "no_earnings_1975")
kinds <- c("number", "number", rep("binary", 4), "number", "number", "binary", "binary")
shown <- c(covariates[1:6], "earnings_1974", "earnings_1975", covariates[9:10])
described <- function(d) setNames(lapply(seq_along(covariates), function(k) list(x = d[[covariates[k]]], kind = kinds[k])), shown)
trial <- wide("nsw_dw445.csv"); survey <- wide("cps1_15992.csv")

in_protocol <- "nsw_experiment"
d <- trial; a <- d$treat; X <- as.matrix(d[covariates]); y <- as.numeric(d$re78 > 0)
x1 <- sum(y[a == 1]); n1 <- sum(a == 1); x0 <- sum(y[a == 0]); n0 <- sum(a == 0)
mn_row("employment", "ATE", x1, n1, x0, n0)
wilson_rows("employment", "ATE", x1, n1, x0, n0)
limits <- newcombe(x1, n1, x0, n0)
pearson <- prop.test(c(x1, x0), c(n1, n0), correct = FALSE)$p.value
row_of(key_of("employment", "risk_difference", "newcombe", "ATE"), x1 / n1 - x0 / n0, difference_se(x1, n1, x0, n0),
       limits[1], limits[2], pearson, n1, n0, x1, x0)
for (method in c("g_computation", "ipw", "aipw")) adjusted_rows("employment", method, "ATE", y, a, X, TRUE)
log_ratio_row("employment_ratio", "risk_ratio", "ATE", x1, n1, x0, n0)
for (method in c("g_computation", "aipw")) adjusted_rows("employment_ratio", method, "ATE", y, a, X, TRUE, "risk_ratio")
log_ratio_row("employment_odds", "odds_ratio", "ATE", x1, n1, x0, n0)
row_of(key_of("employment_nnt", "nnt", "newcombe", "ATE"), 1 / (x1 / n1 - x0 / n0), NA, 1 / limits[2], 1 / limits[1], NA,
       n1, n0, x1, x0)
welch_row("earnings", "ATE", d$re78, a)
t_rows("earnings", "ATE", d$re78, a)
for (method in c("g_computation", "aipw")) adjusted_rows("earnings", method, "ATE", d$re78, a, X, FALSE, unit = 1000)
names <- list("1" = "supported_work", "0" = "nsw_control"); arm_of <- unlist(names)[as.character(a)]
baseline(described(d), names, a)
for (estimand in c("employment", "employment_ratio", "employment_odds", "employment_nnt", "earnings"))
  say_known(estimand, arm_of, rep(TRUE, length(a)), unlist(names))
say_flow(arm_of, arm_of, unlist(names))

in_protocol <- "nsw_comparison"
d <- rbind(trial[trial$treat == 1, ], survey); a <- d$treat; X <- as.matrix(d[covariates]); y <- as.numeric(d$re78 > 0)
c1 <- sum(y[a == 1]); m1 <- sum(a == 1); c0 <- sum(y[a == 0]); m0 <- sum(a == 0)
for (method in c("ipw", "aipw", "g_computation")) {
  adjusted_rows("employment", method, "ATT", y, a, X, TRUE)
  adjusted_rows("earnings", method, "ATT", d$re78, a, X, FALSE, unit = 1000)
}
mn_row("employment", "unadjusted", c1, m1, c0, m0)
wilson_rows("employment", "unadjusted", c1, m1, c0, m0)
welch_row("earnings", "unadjusted", d$re78, a)
t_rows("earnings", "unadjusted", d$re78, a)
mn_row("employment", "ATE", x1, n1, x0, n0, "benchmark")
welch_row("earnings", "ATE", trial$re78, trial$treat, "benchmark")
names <- list("1" = "supported_work", "0" = "cps"); w <- weights_for(a, X, "ATT")
baseline(described(d), names, a, w)
overlap(w, a, names, "ATT")
arm_of <- unlist(names)[as.character(a)]
for (estimand in c("employment", "earnings")) say_known(estimand, arm_of, rep(TRUE, length(a)), unlist(names))
say_flow(arm_of, arm_of, unlist(names))
