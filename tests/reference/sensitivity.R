# Sensitivity analyses written out from their papers in base R, since Debian has none of EValue, sensemakr, rbounds and
# EmpiricalCalibration. Every search here is numerical (uniroot, optim, lm), every search in the package is another.
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

# e_values: VanderWeele & Ding (2017), doi:10.7326/M16-2607
e <- function(r) { if (r < 1) r <- 1 / r; r + sqrt(r * (r - 1)) }
near <- function(low, high) if (low <= 1 && high >= 1) 1 else if (low > 1) low else high
hr <- function(x) (1 - 0.5^sqrt(x)) / (1 - 0.5^sqrt(1 / x))
same <- function(x) x
given <- function(case, x, f) {
  y <- sapply(x, f)
  put(case, ratio = y[1], point = e(y[1]), limit = e(near(y[2], y[3])))
}
given("risk_ratio as_it_is", c(1.8, 1.2, 2.7), same)
given("risk_ratio below", c(0.55, 0.31, 0.98), same)
given("odds_ratio rare", c(2.4, 1.3, 4.43), same)
given("odds_ratio square_root", c(2.4, 1.3, 4.43), sqrt)
given("hazard_ratio hazard", c(0.56, 0.46, 0.69), hr)
given("hazard_ratio across", c(1.2, 0.9, 1.6), hr)
given("mean_difference standardised", c(12, 2, 22), function(x) exp(0.91 * x / 40))
# e_value_difference: Ding & VanderWeele (2016), doi:10.1097/EDE.0000000000000457
bound <- function(p1, p0, s1, s0, f, sf, b) {
  part <- f + (1 - f) / b
  gap <- p1 - p0 * b
  gap * part - qnorm(.975) * sqrt((s1^2 + s0^2 * b^2) * part^2 + (gap * (1 - 1 / b) * sf)^2)
}
difference <- function(case, p1, p0, s1, s0, f, sf) {
  limit <- uniroot(function(b) bound(p1, p0, s1, s0, f, sf, b), c(1, p1 / p0), tol = 1e-14)$root
  put(case, ratio = p1 / p0, point = e(p1 / p0), limit = e(limit))
}
n1 <- 397 + 78557; n0 <- 51 + 108778; f <- n1 / (n1 + n0)
p1 <- 397 / n1; p0 <- 51 / n0
difference("difference smoking", p1, p0, sqrt(p1 * (1 - p1) / n1), sqrt(p0 * (1 - p0) / n0), f, sqrt(f * (1 - f) / (n1 + n0)))
difference("difference treated", .52, .34, .05, .045, 1, 0)
difference("difference comparison", .52, .34, .05, .045, 0, 0)

# omitted_variable: Cinelli & Hazlett (2020), doi:10.1111/rssb.12348
i <- 1:120
a <- as.numeric((i * 31) %% 83 < 40 + 12 * ((i * 13) %% 7 < 3)); x <- ((i * 37) %% 101) / 50 - 1
z <- as.numeric((i * 13) %% 7 < 3); level <- (i * 17) %% 5 %% 3
y <- 3 + 2.1 * a + 1.5 * z + .8 * x + .4 * (level == 1) + ((i * 53) %% 97) / 24
value <- function(f, crit) {
  fa <- f - crit
  if (fa <= 0) return(0)
  if (f > 1 / crit) return((f^2 - crit^2) / (1 + f^2))
  (sqrt(fa^4 + 4 * fa^2) - fa^2) / 2
}
confound <- function(est, se, df, rd, ry) {
  bias <- sqrt(ry * rd / (1 - rd)) * se * sqrt(df)
  left <- est - sign(est) * bias
  error <- sqrt((1 - ry) / (1 - rd)) * se * sqrt(df / (df - 1))
  c(left, error, left - qt(.975, df - 1) * error, left + qt(.975, df - 1) * error)
}
of <- function(full, less) (sum(resid(less)^2) - sum(resid(full)^2)) / sum(resid(less)^2)
omitted <- function(case, y, full, less, arm_full, arm_less) {
  line <- summary(full)$coefficients["a", ]; df <- full$df.residual
  f <- abs(line[1] / line[2]) / sqrt(df)
  ry <- of(full, less); rd <- of(arm_full, arm_less)
  put(case, estimate = line[1], std_error = line[2], df = df, partial_r2 = f^2 / (1 + f^2), value = value(f, 0),
      value_limit = value(f, qt(.975, df - 1) / sqrt(df - 1)), benchmark_arm = rd, benchmark_outcome = ry)
  for (k in 1:3) {
    kd <- k * rd / (1 - rd); zx <- k * rd^2 / ((1 - k * rd) * (1 - rd))
    ky <- ((sqrt(k) + sqrt(zx)) / sqrt(1 - zx))^2 * ry / (1 - ry)
    told <- confound(line[1], line[2], df, kd, min(ky, 1))
    put(paste(case, k), r2_arm = kd, r2_outcome = min(ky, 1), estimate = told[1], std_error = told[2],
        conf_low = told[3], conf_high = told[4])
  }
}
g <- factor(level)
omitted("omitted column", y, lm(y ~ a + x + z + g), lm(y ~ a + x + g), lm(a ~ x + z + g), lm(a ~ x + g))
omitted("omitted category", y, lm(y ~ a + x + z + g), lm(y ~ a + x + z), lm(a ~ x + z + g), lm(a ~ x + z))

# bounds_of_signs, bounds_of_ranks: Rosenbaum (2002), Observational Studies, 2nd ed., doi:10.1007/978-1-4757-3692-2
signs <- function(case, plus, minus) {
  tail <- function(g) pbinom(plus - 1, plus + minus, g / (1 + g), lower.tail = FALSE)
  for (g in c(1, 1.5, 2, 3)) put(paste(case, g), p_high = tail(g), p_low = tail(1 / g))
  put(case, turns_at = uniroot(function(g) tail(g) - .025, c(1, 100), tol = 1e-13)$root)
}
signs("signs", 34, 11)
signs("signs smoking", 110, 12)
m <- 1:40
d <- round(((m * 29) %% 61) / 4 - 4.5, 2); d[c(7, 19)] <- 0
ranked <- function(d) {
  kept <- d[d != 0]; r <- rank(abs(kept)); total <- sum(r[kept > 0])
  tail <- function(g) { p <- g / (1 + g); pnorm((total - p * sum(r)) / sqrt(p * (1 - p) * sum(r^2)), lower.tail = FALSE) }
  above <- function(shift, p) { w <- outer(d, d, "+")[upper.tri(diag(40), TRUE)] / 2 - shift
    sum(w > 0) + sum(w == 0) / 2 - p * 820 }
  solved <- function(p) {  # the middle of all shifts at which the count of positive averages is as expected
    grid <- sort(unique(outer(d, d, "+")[upper.tri(diag(40), TRUE)] / 2))
    between <- c(grid[1] - 1, (head(grid, -1) + tail_of(grid)) / 2, max(grid) + 1)
    up <- sapply(between, above, p = p)
    (grid[max(which(up > 1e-9))] + grid[min(which(up < -1e-9)) - 1]) / 2
  }
  for (g in c(1, 1.5, 2, 3)) put(paste("ranks", g), p_high = tail(g), p_low = tail(1 / g), low = solved(g / (1 + g)),
                                 high = solved(1 / (1 + g)))
  put("ranks", turns_at = uniroot(function(g) tail(g) - .025, c(1, 100), tol = 1e-13)$root)
}
tail_of <- function(x) x[-1]
ranked(d)

# fit_systematic_error, calibrate: Schuemie et al. (2014), doi:10.1002/sim.5925
k <- 1:16
est <- ((k * 7) %% 17) / 20 - .2; se <- .08 + ((k * 5) %% 11) / 60
loss <- function(t) -sum(dnorm(est, t[1], sqrt(exp(2 * t[2]) + se^2), log = TRUE))
fit <- optim(c(.1, -2), loss, method = "BFGS", control = list(reltol = 1e-16, maxit = 5000))
fit <- optim(fit$par, loss, method = "Nelder-Mead", control = list(reltol = 1e-16, maxit = 5000))
put("systematic", mean = fit$par[1], spread = exp(fit$par[2]))
told <- function(case, x, s, m, sd) {
  all <- sqrt(s^2 + sd^2)
  put(case, estimate = x - m, std_error = all, conf_low = x - m - qnorm(.975) * all,
      conf_high = x - m + qnorm(.975) * all,
      p_value = 2 * min(pnorm((x - m) / all), pnorm((x - m) / all, lower.tail = FALSE)))
}
told("calibrated", .62, .12, .15, .2)
told("calibrated below", -.31, .2, .15, .2)
