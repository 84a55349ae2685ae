# Crude amounts: t.test, lm with sandwich, the delta method written out.
suppressMessages(library(sandwich))
put <- function(...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
crude <- function(d) {
  y1 <- d$re78[d$treat == 1]; y0 <- d$re78[d$treat == 0]
  welch <- t.test(y1, y0); one <- t.test(y1); zero <- t.test(y0)
  put(welch.estimate = mean(y1) - mean(y0), welch.std_error = welch$stderr, welch.low = welch$conf.int[1],
      welch.high = welch$conf.int[2], welch.p_value = welch$p.value, welch.df = unname(welch$parameter),
      mean_1.estimate = mean(y1), mean_1.std_error = one$stderr, mean_1.low = one$conf.int[1], mean_1.high = one$conf.int[2],
      mean_0.estimate = mean(y0), mean_0.std_error = zero$stderr, mean_0.low = zero$conf.int[1], mean_0.high = zero$conf.int[2])
  fit <- lm(re78 ~ treat, d); z <- qnorm(0.975)
  robust <- vcovHC(fit, "HC0"); clustered <- vcovCL(fit, d$educ, type = "HC0", cadjust = FALSE)
  for (which in c("wald", "wald_cluster")) {
    V <- if (which == "wald") robust else clustered
    se <- sqrt(V["treat", "treat"]); b <- coef(fit)[["treat"]]
    means <- c(sum(coef(fit)), coef(fit)[[1]]); J <- rbind(c(1, 1), c(1, 0)); M <- J %*% V %*% t(J)
    g <- c(1 / means[1], -1 / means[2]); sr <- sqrt(c(t(g) %*% M %*% g)); r <- means[1] / means[2]
    values <- list(std_error = se, low = b - z * se, high = b + z * se, p_value = 2 * pnorm(-abs(b) / se),
                   ratio = r, ratio_std_error = sr, ratio_low = r * exp(-z * sr), ratio_high = r * exp(z * sr),
                   ratio_p_value = 2 * pnorm(-abs(log(r)) / sr))
    names(values) <- paste(which, names(values), sep = ".")
    do.call(put, values)
  }
}
cat("case,key,value\n")
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv"); cps <- read.csv("../../data/open/nsw/cps1_15992.csv")
case <- "nsw"; crude(nsw)
case <- "cps"; crude(rbind(nsw[nsw$treat == 1, ], cps))
