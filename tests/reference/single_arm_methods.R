# One arm: score, mid-P and posterior limits, under censoring by survfit's variance, and sites by a beta-binomial model.
suppressMessages(library(survival))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, as.numeric(value)), sep = "")
cat("key,value\n")
root <- function(f) uniroot(f, c(1e-12, 1 - 1e-12), tol = 1e-15)$root
upper_mid <- function(x, n, p) 1 - pbinom(x, n, p) + dbinom(x, n, p) / 2
z <- qnorm(0.95)
score_low <- function(s, n) root(function(p) s - p - z * sqrt(p * (1 - p) / n))
for (case in list(c(27, 42, 0.5), c(26, 42, 0.5), c(3, 20, 0.1), c(20, 20, 0.5), c(23, 158, 0.1))) {
  x <- case[1]; n <- case[2]; target <- case[3]; key <- paste0(x, ".", n, ".", target, ".")
  say(paste0("mid_p.", key, "low"), root(function(p) upper_mid(x, n, p) - 0.05))
  say(paste0("mid_p.", key, "p"), upper_mid(x, n, target))
  say(paste0("wilson.", key, "p"), if (x / n == target) 0.5 else prop.test(x, n, target, alternative = "greater", correct = FALSE)$p.value)
  say(paste0("wilson.", key, "low"), prop.test(x, n, target, alternative = "greater", correct = FALSE, conf.level = 0.95)$conf.int[1])
  say(paste0("bayesian.", key, "low"), qbeta(0.05, x + 0.5, n - x + 0.5))
  say(paste0("bayesian.", key, "high"), qbeta(0.95, x + 0.5, n - x + 0.5))
  say(paste0("bayesian.", key, "above"), 1 - pbeta(target, x + 0.5, n - x + 0.5))
  say(paste0("two_sided.", key, "mid_low"), root(function(p) upper_mid(x, n, p) - 0.025))
  say(paste0("two_sided.", key, "mid_high"), if (x == n) 1 else root(function(p) upper_mid(x, n, p) - 0.975))
  for (q in c(0.025, 0.975)) say(paste0("two_sided.", key, "posterior", q), qbeta(q, x + 2, n - x + 3))
}
p <- read.csv("matching_people.csv")
t <- ceiling(-400 * log((rank(p$x1) - 0.5) / 160)); d <- as.numeric(rank(p$x2) > 50)
for (horizon in c(200, 400, 730)) {
  s <- summary(survfit(Surv(t, d) ~ 1), times = horizon); risk <- 1 - s$surv; n <- risk * (1 - risk) / s$std.err^2
  key <- paste0("censored.", horizon, ".")
  say(paste0(key, "risk"), risk); say(paste0(key, "wilson_low"), score_low(risk, n)); say(paste0(key, "wilson_high"), 1 - score_low(1 - risk, n))
  say(paste0(key, "bayesian_low"), qbeta(0.05, n * risk + 1, n * (1 - risk) + 2)); say(paste0(key, "above"), 1 - pbeta(0.3, n * risk + 1, n * (1 - risk) + 2))
  say(paste0(key, "wilson_p"), pnorm((risk - 0.3) / sqrt(0.3 * 0.7 / n), lower.tail = FALSE))
}
# Sites: the same likelihood by optim, polished by nlm, its curvature by finite differences.
suppressMessages(library(numDeriv))
x <- c(3, 9, 14, 2, 20, 7, 1, 11); n <- c(20, 24, 22, 15, 31, 30, 4, 25)
loss <- function(theta) { m <- plogis(theta[1]); w <- exp(theta[2]); -sum(lbeta(x + m * w, n - x + (1 - m) * w) - lbeta(m * w, (1 - m) * w)) }
fit <- optim(c(0, 2), loss, method = "Nelder-Mead", control = list(reltol = 1e-15, maxit = 5000))
fit <- optim(fit$par, loss, gr = function(t) grad(loss, t), method = "BFGS", control = list(reltol = 1e-16, maxit = 500))
theta <- fit$par; for (i in 1:5) theta <- theta - solve(hessian(loss, theta), grad(loss, theta))
m <- plogis(theta[1]); w <- exp(theta[2]); se <- sqrt(solve(hessian(loss, theta))[1, 1])
say("sites.mean", m); say("sites.worth", w); say("sites.spread", sqrt(m * (1 - m) / (w + 1)))
for (side in c(-1, 1)) say(paste0("sites.all.", side), plogis(theta[1] + side * qnorm(0.975) * se))
for (q in c(0.025, 0.975)) say(paste0("sites.new.", q), qbeta(q, m * w, (1 - m) * w))
for (s in seq_along(x)) {
  say(paste0("sites.share.", s), (x[s] + m * w) / (n[s] + w))
  for (q in c(0.025, 0.975)) say(paste0("sites.limit.", s, ".", q), qbeta(q, x[s] + m * w, n[s] - x[s] + (1 - m) * w))
}
