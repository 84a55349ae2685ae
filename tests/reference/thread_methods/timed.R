# Times to a first job, adjusted: pseudo-values as outcomes, and curves weighted by the inverse of the score.
pseudo_rows <- function(estimand, contrast, t, d, a, X, of) {
  own <- numeric(length(t))
  for (arm in 1:0) {
    it <- incidence(t[a == arm], d[a == arm], horizon)
    own[a == arm] <- it[[of]] + it$n * it[[paste0(of, "_moves")]]
  }
  fit <- adjusted(own, a, X, "aipw", "ATE", FALSE, each = TRUE)
  n <- fit$n; x <- c(sum(d[a == 1] == 1), sum(d[a == 0] == 1)); u <- fit$influence
  key <- function(end) key_of(estimand, paste0(contrast, "_", end), "aipw", "ATE")
  for (k in 1:2) wald_row(key(2 - k), fit$means[k], sqrt(sum(u[, k]^2)), n[1], n[2], x[1], x[2], test = FALSE)
  wald_row(key("difference"), fit$means[1] - fit$means[2], sqrt(sum((u[, 1] - u[, 2])^2)), n[1], n[2], x[1], x[2])
}
# Each derivative is taken by numDeriv: by the person's own weight, and by the score's parameters through all weights.
weighted_rows <- function(estimand, contrast, t, d, a, X, lost) {
  number <- function(w, s) {
    S <- 1; total <- 0
    for (day in sort(unique(t[s & d > 0]))) {
      Y <- sum(w[t[s] >= day])
      total <- total + (if (lost) horizon - day else 1) * S * sum(w[t[s] == day & d[s] == 1]) / Y
      S <- S * (1 - sum(w[t[s] == day & d[s] > 0]) / Y)
    }
    total
  }
  Z <- cbind(1, scale(X))
  weights <- function(gamma) { e <- plogis(drop(Z %*% gamma)); ifelse(a == 1, 1 / e, 1 / (1 - e)) }
  gamma <- unname(glm.fit(Z, a, family = binomial(), control = list(epsilon = 1e-15, maxit = 200))$coefficients)
  e <- plogis(drop(Z %*% gamma)); w <- weights(gamma)
  score <- (Z * (a - e)) %*% solve(t(Z * (e * (1 - e))) %*% Z)
  value <- c(); moves <- c()
  for (arm in 1:0) {
    s <- a == arm; own <- numeric(length(a))
    own[s] <- w[s] * grad(function(v) number(v, s), w[s])
    all <- own + drop(score %*% grad(function(g) number(weights(g)[s], s), gamma))
    it <- number(w[s], s); se <- sqrt(sum(all^2))
    limits <- if (lost) it + c(-z, z) * se else log_log(it, se)
    n <- sum(s); x <- sum(d[s] == 1)
    row_of(key_of(estimand, paste0(contrast, "_", arm), "ipw", "ATE"), it, se, limits[1], limits[2], NA,
           if (arm == 1) n else NA, if (arm == 0) n else NA, if (arm == 1) x else NA, if (arm == 0) x else NA)
    value <- c(value, it); moves <- cbind(moves, all)
  }
  wald_row(key_of(estimand, paste0(contrast, "_difference"), "ipw", "ATE"), value[1] - value[2],
           sqrt(sum((moves[, 1] - moves[, 2])^2)), sum(a == 1), sum(a == 0), sum(d[a == 1] == 1), sum(d[a == 0] == 1))
}
# The curve that stands for everyone: weighted by the inverse of the score, whose derivative is taken by numDeriv as above.
# The steps are those of `t` in this arm; the counts beside them are of people.
say_weighted_curve <- function(estimand, label, arm, cause, t, d, a, X, name) {
  Z <- cbind(1, scale(X)); s <- a == arm
  weights <- function(gamma) { e <- plogis(drop(Z %*% gamma)); ifelse(a == 1, 1 / e, 1 / (1 - e))[s] }
  gamma <- unname(glm.fit(Z, a, family = binomial(), control = list(epsilon = 1e-15, maxit = 200))$coefficients)
  e <- plogis(drop(Z %*% gamma)); score <- (Z * (a - e)) %*% solve(t(Z * (e * (1 - e))) %*% Z)
  days <- sort(unique(t[s & d > 0])); own_t <- t[s]; own_d <- d[s]
  shown <- sort(unique(own_t[own_d == cause]))
  is_risk <- outer(days, own_t, "<="); is_end <- outer(days, own_t, "==")
  is_cause <- t(t(is_end) * (own_d == cause)); is_any <- t(t(is_end) * (own_d > 0))
  steps <- function(w) {
    Y <- drop(is_risk %*% w); S <- cumprod(1 - drop(is_any %*% w) / Y)
    cumsum(c(1, S[-length(S)]) * drop(is_cause %*% w) / Y)[match(shown, days)]
  }
  risk <- steps(weights(gamma))
  moves <- score %*% t(jacobian(function(g) steps(weights(g)), gamma))
  moves[s, ] <- moves[s, ] + weights(gamma) * t(jacobian(steps, weights(gamma)))
  se <- sqrt(colSums(moves^2))
  key <- paste("curves", estimand, label, name, "", sep = "/")
  count <- function(day) { say(paste0(key, day, "/at_risk"), sum(own_t >= day)); say(paste0(key, day, "/events"), sum(own_t == day & own_d == cause)) }
  say(paste0(key, 0, "/estimate"), 0); count(0)
  for (k in seq_along(shown)) {
    limits <- log_log(risk[k], se[k])
    say(paste0(key, shown[k], "/estimate"), risk[k])
    say(paste0(key, shown[k], "/conf_low"), limits[1]); say(paste0(key, shown[k], "/conf_high"), limits[2])
    count(shown[k])
  }
  for (what in c("competing", "censored")) {
    these <- if (what == "competing") own_d != 0 & own_d != cause else own_d == 0
    say(paste0(key, what), sum(these)); say(paste0(key, what, "_days"), sum(own_t[these]))
  }
}
