# Borrowing by plain quadrature in the original parameters, and matching weights by a general optimiser with
# sandwich's variance: other roads to the same numbers. synthesis_people.csv is simulated.
suppressPackageStartupMessages(library(sandwich))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, as.numeric(value)), sep = "")
cat("key,value\n")

# Control arms of four trials in synthesis_ips.csv with follow-up of 12 months.
x <- c(1, 3, 8, 3); n <- c(25, 43, 76, 37)

# Power prior: beta-binomial.
for (w in c(0, 0.3, 1)) for (own in list(c(0, 0), c(10, 30))) {
  a <- 1 + w * sum(x); b <- 1 + w * sum(n - x)
  key <- paste("power", w, own[2], "", sep = ".")
  say(paste0(key, "mean"), (a + own[1]) / (a + b + own[2]))
  say(paste0(key, "low"), qbeta(0.025, a + own[1], b + own[2] - own[1]))
  say(paste0(key, "high"), qbeta(0.975, a + own[1], b + own[2] - own[1]))
  if (own[2] > 0) {
    mass <- choose(own[2], 0:own[2]) * exp(lbeta(a + 0:own[2], b + own[2] - 0:own[2]) - lbeta(a, b))
    say(paste0(key, "conflict"), min(1, 2 * min(sum(mass[1:(own[1] + 1)]), sum(mass[(own[1] + 1):(own[2] + 1)]))))
  }
}

# Meta-analytic predictive: logit p_i = mu + tau z_i, mu ~ N(0, 2), tau ~ half-normal(1); sums over mu, tau and z.
mu <- seq(-10, 10, by = 0.05)
tau <- seq(0, 6, length.out = 241)
simpson <- c(1, rep(c(4, 2), length.out = 239), 1)
z <- seq(-8, 8, by = 0.04)
phi <- dnorm(z) / sum(dnorm(z))
post <- matrix(0, length(mu), length(tau))
for (j in seq_along(tau)) {
  p <- plogis(outer(mu, tau[j] * z, "+"))
  like <- 1
  for (i in seq_along(x)) like <- like * as.vector(matrix(dbinom(x[i], n[i], p), length(mu)) %*% phi)
  post[, j] <- like * dnorm(mu, 0, 2) * dnorm(tau[j]) * simpson[j]
}
post <- post / sum(post)
expect <- function(f) {
  sum(sapply(seq_along(tau), function(j) {
    p <- plogis(outer(mu, tau[j] * z, "+"))
    sum(post[, j] * (matrix(f(p), length(mu)) %*% phi))
  }))
}
map_mean <- expect(function(p) p)
say("map.mean", map_mean)
say("map.variance", expect(function(p) (p - map_mean)^2))
own <- c(10, 30)
for (informative in c(0.5, 0.8, 1)) {
  m1 <- expect(function(p) dbinom(own[1], own[2], p)); m0 <- 1 / (own[2] + 1)
  weight <- informative * m1 / (informative * m1 + (1 - informative) * m0)
  mean1 <- expect(function(p) p * dbinom(own[1], own[2], p)) / m1
  square1 <- expect(function(p) p^2 * dbinom(own[1], own[2], p)) / m1
  a <- 1 + own[1]; b <- 1 + own[2] - own[1]
  mean0 <- a / (a + b); square0 <- a * (a + 1) / ((a + b) * (a + b + 1))
  mean <- weight * mean1 + (1 - weight) * mean0
  key <- paste0("robust.", informative, ".")
  say(paste0(key, "weight"), weight)
  say(paste0(key, "mean"), mean)
  say(paste0(key, "sd"), sqrt(weight * square1 + (1 - weight) * square0 - mean^2))
}
say("conflict", min(1, 2 * min(expect(function(p) pbinom(10, 30, p)), expect(function(p) 1 - pbinom(9, 30, p)))))

# Difference and ratio of two beta posteriors: own 15 of 40, published at weight 0.5.
a1 <- 16; b1 <- 26; a0 <- 1 + 0.5 * sum(x); b0 <- 1 + 0.5 * sum(n - x)
steps <- (seq_len(200000) - 0.5) / 200000
q0 <- qbeta(steps, a0, b0)
below_d <- function(d) mean(pbeta(q0 + d, a1, b1))
below_r <- function(r) mean(pbeta(r * q0, a1, b1))
root <- function(f, p, low, high) uniroot(function(v) f(v) - p, c(low, high), tol = 1e-12)$root
say("beside.rd.low", root(below_d, 0.025, -1, 1))
say("beside.rd.high", root(below_d, 0.975, -1, 1))
say("beside.rd.mean", a1 / (a1 + b1) - a0 / (a0 + b0))
for (tail in c(0.025, 0.5, 0.975)) say(paste0("beside.rr.", tail), root(below_r, tail, 0.01, 100))
say("beside.higher", 1 - below_d(0))

# Matching-adjusted comparison with 12 of 60 published people of mean age 41, 50 % women, 35 % with earlier work.
d <- read.csv("synthesis_people.csv")
X <- as.matrix(d[, c("age", "woman", "worked_before")])
centred <- sweep(X, 2, c(41, 0.5, 0.35))
scaled <- sweep(centred, 2, apply(X, 2, sd), "/")
a <- rep(0, 3)
for (i in 1:50) {
  w <- as.vector(exp(scaled %*% a))
  a <- a - solve(t(scaled * w) %*% scaled, colSums(scaled * w))
}
w <- as.vector(exp(scaled %*% a)); d$w <- w / mean(w)
say("matched.ess", sum(w)^2 / sum(w^2))
for (i in c(1, 40, 80)) say(paste0("matched.w.", i - 1), d$w[i])
fit <- lm(d$y ~ centred, weights = d$w)
share <- coef(fit)[1]; v <- vcovHC(fit, type = "HC0")[1, 1]
say("matched.share", share)
say("matched.se", sqrt(v))
say("matched.rd", share - 0.2)
say("matched.rd.se", sqrt(v + 0.2 * 0.8 / 60))
say("matched.log_rr", log(share / 0.2))
say("matched.log_rr.se", sqrt(v / share^2 + 0.2 * 0.8 / 60 / 0.2^2))
say("matched.log_or", qlogis(share) - qlogis(0.2))
say("matched.log_or.se", sqrt(v / (share * (1 - share))^2 + 1 / (60 * 0.2 * 0.8)))
