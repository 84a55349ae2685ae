# What the scripts of the thread share: the estimators from their formulas, each answer printed as key,value.
suppressPackageStartupMessages({library(survival); library(numDeriv)})
options(warn = 1)
z <- qnorm(0.975)

in_protocol <- ""
say <- function(key, value) {
  shown <- if (is.infinite(value)) ifelse(value > 0, "inf", "-inf") else sprintf("%.15g", value)
  cat(in_protocol, "/", key, ",", shown, "\n", sep = "")
}
# One row of the table of estimates; what does not apply is left out.
row_of <- function(key, estimate, std_error = NA, low = NA, high = NA, p_value = NA, n_1 = NA, n_0 = NA,
                   events_1 = NA, events_0 = NA) {
  all <- c(estimate = estimate, std_error = std_error, conf_low = low, conf_high = high, p_value = p_value,
           n_1 = n_1, n_0 = n_0, events_1 = events_1, events_0 = events_0)
  for (name in names(all)[!is.na(all)]) say(paste0("row/", key, "/", name), all[[name]])
}
key_of <- function(estimand, contrast, method, population, subgroup = "all") {
  paste(estimand, contrast, method, population, subgroup, sep = "/")
}
wald_row <- function(key, value, se, ..., test = TRUE, ratio = FALSE) {
  at <- if (ratio) log(value) else value
  back <- if (ratio) exp else identity
  row_of(key, value, se, back(at - z * se), back(at + z * se), if (test) 2 * pnorm(-abs(at) / se) else NA, ...)
}

# --- shares without adjustment ---------------------------------------------------------------------------------------
wilson <- function(x, n) prop.test(x, n, correct = FALSE)$conf.int[1:2]
wilson_rows <- function(estimand, population, x1, n1, x0, n0) {
  for (arm in c(1, 0)) {
    x <- c(x0, x1)[arm + 1]; n <- c(n0, n1)[arm + 1]; limits <- wilson(x, n)
    row_of(key_of(estimand, paste0("risk_", arm), "wilson", population), x / n, sqrt(x / n * (1 - x / n) / n),
           limits[1], limits[2], NA, n1, n0, x1, x0)
  }
}
difference_se <- function(x1, n1, x0, n0) sqrt(x1 / n1 * (1 - x1 / n1) / n1 + x0 / n0 * (1 - x0 / n0) / n0)

# Miettinen & Nurminen (1985): the variance at the likelihood's maximum under the difference, found by search and not
# by the paper's cubic, times N/(N-1).
score_of_difference <- function(delta, x1, n1, x0, n0) {
  minus <- function(p) -(dbinom(x1, n1, p + delta, log = TRUE) + dbinom(x0, n0, p, log = TRUE))
  slope <- function(p) x1 / (p + delta) - (n1 - x1) / (1 - p - delta) + x0 / p - (n0 - x0) / (1 - p)
  inside <- c(max(0, -delta), min(1, 1 - delta)) + c(1, -1) * 1e-12
  p <- uniroot(slope, inside, tol = 1e-15, maxiter = 10000)$root
  variance <- ((p + delta) * (1 - p - delta) / n1 + p * (1 - p) / n0) * (n1 + n0) / (n1 + n0 - 1)
  (x1 / n1 - x0 / n0 - delta) / sqrt(variance)
}
mn_row <- function(estimand, population, x1, n1, x0, n0, subgroup = "all") {
  d <- x1 / n1 - x0 / n0
  limit <- function(sign, edge) uniroot(function(delta) score_of_difference(delta, x1, n1, x0, n0) - sign * z,
                                        sort(c(d, edge)), tol = 1e-14, maxiter = 10000)$root
  pooled <- (x1 + x0) / (n1 + n0)
  statistic <- d / sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0) * (n1 + n0) / (n1 + n0 - 1))
  row_of(key_of(estimand, "risk_difference", "miettinen_nurminen", population, subgroup), d,
         difference_se(x1, n1, x0, n0), limit(1, -1 + 1e-6), limit(-1, 1 - 1e-6), 2 * pnorm(-abs(statistic)),
         n1, n0, x1, x0)
}
newcombe <- function(x1, n1, x0, n0) {
  a <- wilson(x1, n1); b <- wilson(x0, n0); p1 <- x1 / n1; p0 <- x0 / n0
  p1 - p0 + c(-sqrt((p1 - a[1])^2 + (b[2] - p0)^2), sqrt((a[2] - p1)^2 + (p0 - b[1])^2))
}
log_ratio_row <- function(estimand, contrast, population, x1, n1, x0, n0) {
  if (contrast == "risk_ratio") {
    value <- (x1 / n1) / (x0 / n0); se <- sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0)
  } else {
    value <- (x1 / (n1 - x1)) / (x0 / (n0 - x0)); se <- sqrt(1 / x1 + 1 / (n1 - x1) + 1 / x0 + 1 / (n0 - x0))
  }
  wald_row(key_of(estimand, contrast, "log", population), value, se, n1, n0, x1, x0, ratio = TRUE)
}

# --- amounts without adjustment --------------------------------------------------------------------------------------
welch_row <- function(estimand, population, y, a, subgroup = "all") {
  test <- t.test(y[a == 1], y[a == 0])
  row_of(key_of(estimand, "mean_difference", "welch", population, subgroup), -diff(unname(test$estimate)), test$stderr,
         test$conf.int[1], test$conf.int[2], test$p.value, sum(a == 1), sum(a == 0))
}
t_rows <- function(estimand, population, y, a) for (arm in c(1, 0)) {
  test <- t.test(y[a == arm])
  row_of(key_of(estimand, paste0("mean_", arm), "t", population), unname(test$estimate), test$stderr,
         test$conf.int[1], test$conf.int[2], NA, sum(a == 1), sum(a == 0))
}

# --- adjusted: estimating equations, one block a model, stacked ------------------------------------------------------
# Each block gives its parameters and, for any theta, its equations by person. Later blocks may read earlier ones.
# `each` gives each arm an outcome model of its own.
adjusted <- function(y, a, X, method, population, binary, each = FALSE) {
  X <- scale(X); D <- cbind(1, X); E <- if (each) D else D[, 1, drop = FALSE]; M <- cbind(D, a * E); n <- length(y)
  family <- if (binary) binomial() else gaussian(); inverse <- family$linkinv
  tight <- list(epsilon = 1e-15, maxit = 200)
  fitted_by <- function(design, response, family) unname(glm.fit(design, response, family = family, control = tight)$coefficients)
  treated <- cbind(D, E); untreated <- cbind(D, 0 * E)
  p <- ncol(D); uses_score <- method != "g_computation"; uses_model <- method != "ipw"
  gamma <- if (uses_score) fitted_by(D, a, binomial())
  beta <- if (uses_model) suppressWarnings(fitted_by(M, y, family))
  at <- function(theta) {
    gamma <- if (uses_score) theta[1:p]
    beta <- if (uses_model) theta[(if (uses_score) p else 0) + 1:ncol(M)]
    e <- if (uses_score) plogis(drop(D %*% gamma))
    h <- switch(population, ATE = rep(1, n), ATT = a, ATO = e * (1 - e))
    list(e = e, h = h, w1 = if (uses_score) a * h / e * if (population == "ATT") e else 1,
         w0 = if (uses_score) (1 - a) * (if (population == "ATT") e else h) / (1 - e),
         m1 = if (uses_model) inverse(drop(treated %*% beta)), m0 = if (uses_model) inverse(drop(untreated %*% beta)),
         m = if (uses_model) inverse(drop(M %*% beta)))
  }
  nuisance <- c(gamma, beta); now <- at(nuisance)
  ends <- switch(method,
    g_computation = c(sum(now$h * now$m1), sum(now$h * now$m0)) / sum(now$h),
    ipw = c(sum(now$w1 * y) / sum(now$w1), sum(now$w0 * y) / sum(now$w0)),
    aipw = {
      r <- c(sum(now$w1 * (y - now$m1)) / sum(now$w1), sum(now$w0 * (y - now$m0)) / sum(now$w0))
      c(r, c(sum(now$h * now$m1), sum(now$h * now$m0)) / sum(now$h) + r)
    })
  psi <- function(theta) {
    v <- at(theta); rest <- theta[-seq_along(nuisance)]
    cbind(if (uses_score) D * (a - v$e), if (uses_model) M * (y - v$m), switch(method,
      g_computation = cbind(v$h * (v$m1 - rest[1]), v$h * (v$m0 - rest[2])),
      ipw = cbind(v$w1 * (y - rest[1]), v$w0 * (y - rest[2])),
      aipw = cbind(v$w1 * (y - v$m1 - rest[1]), v$w0 * (y - v$m0 - rest[2]),
                   v$h * (v$m1 + rest[1] - rest[3]), v$h * (v$m0 + rest[2] - rest[4]))))
  }
  theta <- c(nuisance, ends); k <- length(theta)
  influence <- psi(theta) %*% t(solve(-jacobian(function(t) colSums(psi(t)), theta)))
  list(means = theta[k - 1:0], influence = influence[, k - 1:0], n = c(sum(a == 1), sum(a == 0)),
       events = if (binary) c(sum(y[a == 1]), sum(y[a == 0])) else c(NA, NA))
}
adjusted_rows <- function(estimand, method, population, y, a, X, binary, wanted = NULL, unit = 1) {
  fit <- adjusted(y / unit, a, X, method, population, binary)
  m <- fit$means * unit; u <- fit$influence * unit
  word <- if (binary) "risk" else "mean"
  one <- function(contrast, value, moves, ratio = FALSE, test = TRUE) {
    if (is.null(wanted) || contrast %in% wanted)
      wald_row(key_of(estimand, contrast, method, population), value, sqrt(sum(moves^2)), fit$n[1], fit$n[2],
               fit$events[1], fit$events[2], ratio = ratio, test = test)
  }
  if (is.null(wanted)) wanted <- paste0(word, c("_1", "_0", "_difference"))
  one(paste0(word, "_1"), m[1], u[, 1], test = FALSE)
  one(paste0(word, "_0"), m[2], u[, 2], test = FALSE)
  one(paste0(word, "_difference"), m[1] - m[2], u[, 1] - u[, 2])
  if (binary) one("risk_ratio", m[1] / m[2], u[, 1] / m[1] - u[, 2] / m[2], ratio = TRUE)
}

# --- times -----------------------------------------------------------------------------------------------------------
# Cumulative incidence of cause 1 at the horizon, its area, and each person's influence on both.
incidence <- function(t, d, horizon) {
  fit <- survfit(Surv(t, factor(d, 0:max(2, d))) ~ 1, influence = TRUE)
  moves <- fit$influence.pstate[, , 2]
  moves <- moves[, ncol(moves) - length(fit$time) + seq_along(fit$time), drop = FALSE]
  widths <- diff(c(fit$time, max(horizon, fit$time)))
  list(fit = fit, n = length(t), events = sum(d == 1 & t <= horizon), risk = tail(fit$pstate[, 2], 1),
       risk_moves = moves[, ncol(moves)], lost = sum(fit$pstate[, 2] * widths), lost_moves = drop(moves %*% widths))
}
log_log <- function(risk, se, quantile = z) {
  1 - (1 - risk)^exp(c(-1, 1) * quantile * se / -((1 - risk) * log(1 - risk)))
}
two_arms <- function(estimand, contrast, method, arms, of, population, log_log_arms = TRUE) {
  value <- c(); se <- c()
  for (arm in c("1", "0")) {
    it <- arms[[arm]]; v <- it[[of]]; s <- sqrt(sum(it[[paste0(of, "_moves")]]^2))
    limits <- if (log_log_arms) log_log(v, s) else v + c(-z, z) * s
    mine <- c(it$n, it$events)
    row_of(key_of(estimand, paste0(contrast, "_", arm), method, "arm"), v, s, limits[1], limits[2], NA,
           if (arm == "1") it$n else NA, if (arm == "0") it$n else NA,
           if (arm == "1") it$events else NA, if (arm == "0") it$events else NA)
    value <- c(value, v); se <- c(se, s)
  }
  wald_row(key_of(estimand, paste0(contrast, "_difference"), method, population), value[1] - value[2],
           sqrt(sum(se^2)), arms[["1"]]$n, arms[["0"]]$n, arms[["1"]]$events, arms[["0"]]$events)
}

# --- who they were ---------------------------------------------------------------------------------------------------
# columns: a list of name = list(x, kind); the name of a category's level is covariate=level.
baseline <- function(columns, arm_names, a, w = NULL) for (name in names(columns)) {
  x <- as.numeric(columns[[name]]$x); kind <- columns[[name]]$kind
  for (arm in names(arm_names)) {
    mine <- x[a == as.numeric(arm)]; key <- paste("baseline", name, arm_names[[arm]], "", sep = "/")
    say(paste0(key, "n"), length(mine)); say(paste0(key, "mean"), mean(mine))
    if (kind == "number") say(paste0(key, "sd"), sd(mine)) else say(paste0(key, "count"), sum(mine))
    if (arm == "1" && length(arm_names) == 2) {
      # Austin (2009): the variance of what is 0 or 1 is p (1 - p), that of a number has n - 1.
      spread <- if (kind == "number") var else function(v) mean(v) * (1 - mean(v))
      scale <- sqrt((spread(x[a == 1]) + spread(x[a == 0])) / 2)
      say(paste0(key, "smd"), (mean(x[a == 1]) - mean(x[a == 0])) / scale)
      if (!is.null(w)) say(paste0(key, "smd_weighted"),
        (weighted.mean(x[a == 1], w[a == 1]) - weighted.mean(x[a == 0], w[a == 0])) / scale)
    }
  }
}
weights_for <- function(a, X, population) {
  e <- plogis(drop(cbind(1, scale(X)) %*% glm.fit(cbind(1, scale(X)), a, family = binomial(),
                                                  control = list(epsilon = 1e-15, maxit = 200))$coefficients))
  h <- switch(population, ATE = 1, ATT = e, ATO = e * (1 - e))
  ifelse(a == 1, h / e, h / (1 - e))
}
overlap <- function(w, a, arm_names, population) for (arm in names(arm_names)) {
  mine <- w[a == as.numeric(arm)]; key <- paste("overlap", population, arm_names[[arm]], "", sep = "/")
  say(paste0(key, "n"), length(mine)); say(paste0(key, "ess"), sum(mine)^2 / sum(mine^2))
}
say_known <- function(estimand, arm_of, known, arm_names) for (arm in arm_names) {
  say(paste("unknown", estimand, arm, "n", sep = "/"), sum(arm_of == arm))
  say(paste("unknown", estimand, arm, "known", sep = "/"), sum(known[arm_of == arm]))
}
say_flow <- function(before, after, arm_names) for (arm in arm_names) {
  say(paste0("flow/records/", arm), sum(before == arm)); say(paste0("flow/included/", arm), sum(after == arm))
}
