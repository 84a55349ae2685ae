# Weighted curves day by day: survfit for the estimates, numDeriv for the errors, refits for the clusters.
suppressMessages({library(survival); library(numDeriv)})
options(warn = -1)  # survfit says of its own standard errors, which are not read here
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
days <- c(5, 15, 30, 45, 55)

fitted <- function(s) coef(glm(a ~ x + z, family = binomial, subset = s, epsilon = 1e-14, maxit = 100))
weigh <- function(gamma, population) {
  e <- plogis(cbind(1, x, z) %*% gamma)[, 1]
  switch(population, ATE = ifelse(a == 1, 1 / e, 1 / (1 - e)), ATT = ifelse(a == 1, 1, e / (1 - e)))
}
read <- function(w, s, cause, at) {
  fit <- survfit(Surv(t, factor(d, 0:2)) ~ 1, weights = w, subset = s)
  summary(fit, times = at, extend = TRUE)$pstate[, 1 + cause]
}
gamma <- fitted(rep(TRUE, 90))
Z <- cbind(1, x, z); e <- plogis(Z %*% gamma)[, 1]
score <- (Z * (a - e)) %*% solve(t(Z * (e * (1 - e))) %*% Z)
for (population in c("ATE", "ATT")) for (arm in c(1, 0)) for (cause in 1:2) {
  s <- a == arm; w <- weigh(gamma, population)
  estimate <- read(w, s, cause, days)
  own <- matrix(0, 90, length(days))
  own[s, ] <- w[s] * t(jacobian(function(one) { all <- w; all[s] <- one; read(all, s, cause, days) }, w[s]))
  through <- jacobian(function(g) read(weigh(g, population), s, cause, days), gamma)
  error <- sqrt(colSums((own + score %*% t(through))^2))
  for (k in seq_along(days)) put(sprintf("%s_%d_%d", population, arm, cause),
                                 est = estimate[k], se = error[k])
}
# Without each of the twelve sites in turn, score and all; log-log limits with t on the own sites of the arm less one.
for (case in c("weighted", "plain")) for (arm in c(1, 0)) {
  of <- function(kept) {
    w <- if (case == "weighted") weigh(fitted(kept), "ATE") else rep(1, 90)
    read(w, kept & a == arm, 1, days)
  }
  whole <- of(rep(TRUE, 90))
  left <- sapply(sort(unique(site)), function(one) of(site != one))
  error <- sqrt(11 / 12 * rowSums((left - whole)^2))
  H <- -log(1 - whole); q <- qt(.975, length(unique(site[a == arm])) - 1) * error / ((1 - whole) * H)
  for (k in seq_along(days)) put(sprintf("%s_%d", case, arm), est = whole[k], se = error[k],
                                 low = 1 - exp(-H * exp(-q))[k], high = 1 - exp(-H * exp(q))[k])
}
