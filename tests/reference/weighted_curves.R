# Weighted cumulative incidence: its own loop over days, and every derivative by numDeriv, the score's among them.
suppressMessages({library(survival); library(numDeriv)})
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

i <- 1:90
x <- ((i * 29) %% 91) / 45 - 1; z <- as.numeric((i * 13) %% 7 < 3)
a <- as.numeric(((i * 61) %% 91) / 91 < plogis(.6 * x - .4 * z))
t <- 1 + (i * 37) %% 60; v <- ((i * 53) %% 97) / 97
d <- ifelse(v < .25, 0, ifelse(v < .65 + .1 * a, 1, 2))
site <- i %% 12

number <- function(w, s, tau, lost) {
  S <- 1; total <- 0
  for (day in sort(unique(t[s]))) {
    if (day > tau) break
    Y <- sum(w[t[s] >= day])
    total <- total + (if (lost) tau - day else 1) * S * sum(w[t[s] == day & d[s] == 1]) / Y
    S <- S * (1 - sum(w[t[s] == day & d[s] > 0]) / Y)
  }
  total
}
weights <- function(gamma, population) {
  e <- plogis(cbind(1, x, z) %*% gamma)[, 1]
  switch(population, ATE = ifelse(a == 1, 1 / e, 1 / (1 - e)), ATT = ifelse(a == 1, 1, e / (1 - e)),
         ATC = ifelse(a == 1, (1 - e) / e, 1), ATO = ifelse(a == 1, 1 - e, e))
}
gamma <- coef(glm(a ~ x + z, family = binomial, epsilon = 1e-14, maxit = 100))
Z <- cbind(1, x, z); e <- plogis(Z %*% gamma)[, 1]
score <- (Z * (a - e)) %*% solve(t(Z * (e * (1 - e))) %*% Z)
for (population in c("ATE", "ATT", "ATC", "ATO")) for (lost in c(FALSE, TRUE)) {
  w <- weights(gamma, population); tau <- 45
  moves <- sapply(c(1, 0), function(arm) {
    s <- a == arm
    own <- numeric(90); own[s] <- w[s] * grad(function(v) number(v, s, tau, lost), w[s])
    through <- grad(function(g) number(weights(g, population)[s], s, tau, lost), gamma)
    own + score %*% through
  })
  estimates <- sapply(c(1, 0), function(arm) number(w[a == arm], a == arm, tau, lost))
  put(sprintf("%s_%s", population, if (lost) "rmtl" else "risk"), est_1 = estimates[1], est_0 = estimates[2],
      se_1 = sqrt(sum(moves[, 1]^2)), se_0 = sqrt(sum(moves[, 2]^2)), diff = estimates[1] - estimates[2],
      diff_se = sqrt(sum((moves[, 1] - moves[, 2])^2)),
      cluster_se = sqrt(sum(rowsum(moves[, 1] - moves[, 2], site)^2)))
}
fit <- survfit(Surv(t, factor(d, 0:2)) ~ 1, weights = weights(gamma, "ATE"), subset = a == 1)
put("survfit", est_1 = summary(fit, times = 45)$pstate[2])
