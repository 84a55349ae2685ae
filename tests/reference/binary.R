# Crude risks and their contrasts: base R, the score intervals from their definitions by uniroot.
z2 <- qnorm(0.975)^2
put <- function(...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 1000)$root

# Most likely shares when the difference, the ratio or the odds ratio is given: the likelihood's maximum.
given_difference <- function(d, x1, n1, x0, n0) {  # the trigonometric root of Miettinen and Nurminen (1985)
  N <- n1 + n0; x <- x1 + x0
  l2 <- (n1 + 2 * n0) * d - N - x; l1 <- (n0 * d - N - 2 * x0) * d + x; l0 <- x0 * d * (1 - d)
  q <- (l2 / (3 * N))^3 - l1 * l2 / (6 * N^2) + l0 / (2 * N)
  p <- ifelse(q < 0, -1, 1) * sqrt(max((l2 / (3 * N))^2 - l1 / (3 * N), 0))
  angle <- if (p == 0) pi / 3 else (pi + acos(max(-1, min(1, q / p^3)))) / 3
  p0 <- min(max(2 * p * cos(angle) - l2 / (3 * N), 0, -d), 1, 1 - d)
  c(p0 + d, p0)
}
given_ratio <- function(r, x1, n1, x0, n0) {
  N <- n1 + n0; b <- n1 * r + x1 + n0 + x0 * r
  p0 <- (b - sqrt(max(b^2 - 4 * N * r * (x1 + x0), 0))) / (2 * N * r)
  c(r * p0, p0)
}
given_odds <- function(r, x1, n1, x0, n0) {  # events in arm 1 such that totals are kept: monotone, so by search
  x <- x1 + x0
  f <- function(p0) n0 * p0 + n1 * r * p0 / (1 + p0 * (r - 1)) - x
  p0 <- root(f, 0, 1)
  c(r * p0 / (1 + p0 * (r - 1)), p0)
}
difference_excess <- function(d, x1, n1, x0, n0) {
  p <- given_difference(d, x1, n1, x0, n0); N <- n1 + n0
  (x1 / n1 - x0 / n0 - d)^2 - z2 * N / (N - 1) * (p[1] * (1 - p[1]) / n1 + p[2] * (1 - p[2]) / n0)
}
ratio_excess <- function(r, x1, n1, x0, n0) {
  p <- given_ratio(r, x1, n1, x0, n0)
  (x1 / n1 - r * x0 / n0)^2 - z2 * (p[1] * (1 - p[1]) / n1 + r^2 * p[2] * (1 - p[2]) / n0)
}
odds_excess <- function(log_r, x1, n1, x0, n0) {
  p <- given_odds(exp(log_r), x1, n1, x0, n0); N <- n1 + n0
  (x1 - n1 * p[1])^2 * (1 / (n1 * p[1] * (1 - p[1])) + 1 / (n0 * p[2] * (1 - p[2]))) - z2 * N / (N - 1)
}

crude <- function(x1, n1, x0, n0) {
  p1 <- x1 / n1; p0 <- x0 / n0; d <- p1 - p0
  wilson <- function(x, n) suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int)
  w1 <- wilson(x1, n1); w0 <- wilson(x0, n0)
  e1 <- binom.test(x1, n1)$conf.int
  put(risk_1.wilson.low = w1[1], risk_1.wilson.high = w1[2], risk_0.wilson.low = w0[1], risk_0.wilson.high = w0[2],
      risk_1.clopper_pearson.low = e1[1], risk_1.clopper_pearson.high = e1[2])
  nl <- d - sqrt((p1 - w1[1])^2 + (w0[2] - p0)^2); nh <- d + sqrt((p0 - w0[1])^2 + (w1[2] - p1)^2)
  se <- sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
  off <- if (d == 0 && x1 + x0 == 0) 1e-6 else 0
  ml <- root(function(v) difference_excess(v, x1, n1, x0, n0), -1 + 1e-12, d - off)
  mh <- root(function(v) difference_excess(v, x1, n1, x0, n0), d + off, 1 - 1e-12)
  pearson <- suppressWarnings(prop.test(c(x1, x0), c(n1, n0), correct = FALSE)); N <- n1 + n0
  score_p <- pchisq(unname(pearson$statistic) * (N - 1) / N, 1, lower.tail = FALSE)
  put(risk_difference.estimate = d, risk_difference.std_error = se,
      risk_difference.newcombe.low = nl, risk_difference.newcombe.high = nh,
      risk_difference.miettinen_nurminen.low = ml, risk_difference.miettinen_nurminen.high = mh)
  if (x1 + x0 == 0) return(invisible())
  put(risk_difference.newcombe.p_value = pearson$p.value, risk_difference.miettinen_nurminen.p_value = score_p)
  put(risk_difference.wald.low = d - sqrt(z2) * se, risk_difference.wald.high = d + sqrt(z2) * se,
      risk_difference.wald.p_value = 2 * pnorm(-abs(d) / se))
  ends <- sort(c(1 / nl, 1 / nh))
  put(nnt.newcombe.estimate = 1 / d, nnt.newcombe.low = ends[1], nnt.newcombe.high = ends[2])
  koopman_low <- if (x1 == 0) 0 else root(function(v) ratio_excess(v, x1, n1, x0, n0), 1e-9, if (x0 == 0) 1e6 else p1 / p0)
  put(risk_ratio.koopman.low = koopman_low, risk_ratio.koopman.p_value = pearson$p.value)
  if (x0 > 0) {  # searched on the log scale, where the limit is a number of ordinary size
    high <- exp(root(function(v) ratio_excess(exp(v), x1, n1, x0, n0) * exp(-2 * v), log(max(p1 / p0, 1e-6)), 12))
    put(risk_ratio.koopman.high = high)
  }
  if (min(x1, n1 - x1, x0, n0 - x0) == 0) return(invisible())
  sr <- sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0); rr <- p1 / p0
  so <- sqrt(1 / x1 + 1 / (n1 - x1) + 1 / x0 + 1 / (n0 - x0)); or <- x1 * (n0 - x0) / ((n1 - x1) * x0)
  put(risk_ratio.estimate = rr, risk_ratio.std_error = sr, risk_ratio.log.low = exp(log(rr) - sqrt(z2) * sr),
      risk_ratio.log.high = exp(log(rr) + sqrt(z2) * sr), risk_ratio.log.p_value = 2 * pnorm(-abs(log(rr)) / sr))
  y <- c(1, 0, 1, 0); a <- c(1, 1, 0, 0)  # Woolf's interval is that of a logistic regression
  fit <- glm(y ~ a, binomial, weights = c(x1, n1 - x1, x0, n0 - x0), control = list(epsilon = 1e-15, maxit = 100))
  limits <- confint.default(fit)["a", ]
  put(odds_ratio.estimate = or, odds_ratio.std_error = so, odds_ratio.log.low = exp(limits[[1]]),
      odds_ratio.log.high = exp(limits[[2]]), odds_ratio.log.p_value = coef(summary(fit))["a", 4],
      odds_ratio.score.low = exp(root(function(v) odds_excess(v, x1, n1, x0, n0), log(or) - 8, log(or))),
      odds_ratio.score.high = exp(root(function(v) odds_excess(v, x1, n1, x0, n0), log(or), log(or) + 8)),
      odds_ratio.score.p_value = score_p)
}

cat("case,key,value\n")
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv"); nsw$work <- as.numeric(nsw$re78 > 0)
cells <- rbind(
  c(19, 41, 5, 46), c(5, 46, 19, 41), c(12, 60, 10, 55), c(3, 20, 0, 25), c(0, 12, 4, 30), c(0, 10, 0, 20), c(1, 7, 6, 7),
  with(nsw, c(sum(work[treat == 1]), sum(treat), sum(work[treat == 0]), sum(1 - treat)))
)
for (row in seq_len(nrow(cells))) {
  v <- cells[row, ]
  case <- paste(v, collapse = "_")
  crude(v[1], v[2], v[3], v[4])
}
