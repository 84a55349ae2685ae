# Entropy balancing and truncated weights from their estimating equations (nleqslv, numDeriv); k:1 matching and subclasses
# by MatchIt; full matching as an integer programme (lpSolve) with sandwich's clustered errors. What a learnt score does
# to the errors is written from Abadie and Imbens (2016) and Williamson et al. (2012).
suppressMessages({library(nleqslv); library(numDeriv); library(MatchIt); library(lpSolve); library(sandwich)})
cat("case,key,value\n")
say <- function(case, key, value) cat(sprintf("%s,%s,%.15g\n", case, key, as.numeric(value)), sep = "")
tight <- list(epsilon = 1e-15, maxit = 100)
p <- read.csv("matching_people.csv"); n <- nrow(p)
X <- scale(as.matrix(p[c("x1", "x2", "z")])); a <- p$a
told <- function(tag, m1, m0, V, kind, df = Inf) {
  b <- m1 - m0; se <- sqrt(V[1, 1] + V[2, 2] - 2 * V[1, 2]); q <- qt(0.975, df)
  say(tag, "mean_1", m1); say(tag, "mean_0", m0); say(tag, "estimate", b); say(tag, "std_error", se)
  say(tag, "conf_low", b - q * se); say(tag, "conf_high", b + q * se)
  if (kind == "binary") { g <- c(1 / m1, -1 / m0); say(tag, "log_ratio_error", sqrt(c(g %*% V %*% g))) }
}
sandwich_of <- function(psi, theta) {
  A <- jacobian(function(t) colSums(psi(t)), theta); B <- crossprod(psi(theta)); k <- length(theta)
  (solve(A) %*% B %*% t(solve(A)))[(k - 1):k, (k - 1):k]
}
tilted <- list(ATE = c(1, 0), ATT = 0, ATC = 1)
for (kind in c("binary", "amount")) for (population in names(tilted)) {
  y <- if (kind == "binary") p$y else p$pay
  stands <- switch(population, ATE = rep(1, n), ATT = a, ATC = 1 - a); arms <- tilted[[population]]; k <- ncol(X)
  target <- colSums(X * stands) / sum(stands)
  lambda <- lapply(arms, function(arm) nleqslv(rep(0, k), function(l) {
    D <- sweep(X[a == arm, ], 2, target); colSums(D * c(exp(D %*% l)))
  }, control = list(ftol = 1e-14, xtol = 1e-14, maxit = 500))$x)
  psi <- function(theta) {
    D <- sweep(X, 2, theta[1:k]); w <- cbind(a, 1 - a); blocks <- stands * D
    for (j in seq_along(arms)) {
      column <- if (arms[j] == 1) 1 else 2
      w[, column] <- (a == arms[j]) * exp(D %*% theta[(k * j + 1):(k * (j + 1))]); blocks <- cbind(blocks, w[, column] * D)
    }
    last <- length(theta); cbind(blocks, w[, 1] * (y - theta[last - 1]), w[, 2] * (y - theta[last]))
  }
  W <- cbind(a, 1 - a)
  for (j in seq_along(arms)) W[, if (arms[j] == 1) 1 else 2] <- (a == arms[j]) * exp(sweep(X, 2, target) %*% lambda[[j]])
  m <- colSums(W * y) / colSums(W)
  told(paste("entropy", kind, population, sep = "/"), m[1], m[2], sandwich_of(psi, c(target, unlist(lambda), m)), kind)
}
fit <- glm(a ~ X, binomial, control = tight); Z <- cbind(1, X)
weights_of <- function(eta, population) {
  e <- plogis(eta)
  switch(population, ATE = cbind(a / e, (1 - a) / (1 - e)), ATT = cbind(a, (1 - a) * e / (1 - e)),
         ATC = cbind(a * (1 - e) / e, 1 - a), ATO = cbind(a * (1 - e), (1 - a) * e))
}
for (kind in c("binary", "amount")) for (population in c("ATE", "ATT", "ATC", "ATO")) {
  y <- if (kind == "binary") p$y else p$pay
  w <- weights_of(c(Z %*% coef(fit)), population)
  limit <- c(quantile(w[a == 1, 1], 0.9), quantile(w[a == 0, 2], 0.9)); cut <- sweep(w, 2, limit, ">")
  cut_of <- function(eta) { v <- weights_of(eta, population); ifelse(cut, rep(limit, each = n), v) }
  psi <- function(theta) {
    eta <- c(Z %*% theta[1:4]); v <- cut_of(eta)
    cbind(Z * (a - plogis(eta)), v[, 1] * (y - theta[5]), v[, 2] * (y - theta[6]))
  }
  v <- cut_of(c(Z %*% coef(fit))); m <- colSums(v * y) / colSums(v)
  told(paste("truncated", kind, population, sep = "/"), m[1], m[2], sandwich_of(psi, c(coef(fit), m)), kind)
}
p$eta <- qlogis(fitted(glm(a ~ x1 + x2 + z, binomial, p, control = tight)))
width <- 0.2 * sqrt(mean(tapply(p$eta, p$a, var)))
for (case in c("two", "two_exact", "three_any")) for (kind in c("binary", "amount")) {
  m <- matchit(a ~ x1 + x2 + z, p, distance = p$eta, mahvars = ~eta, method = "nearest", std.caliper = FALSE,
               m.order = "largest", ratio = if (case == "three_any") 3 else 2,
               caliper = if (case != "three_any") width, exact = if (case == "two_exact") ~z)
  y <- if (kind == "binary") p$y else p$pay
  set <- m$subclass; used <- !is.na(set)
  both <- sapply(1:0, function(arm) tapply(y[used & a == arm], droplevels(set[used & a == arm]), mean)); G <- nrow(both)
  tag <- paste("nearest", case, kind, sep = "/")
  told(tag, mean(both[, 1]), mean(both[, 2]), cov(both) / G, kind, G - 1)
  say(tag, "unmatched_1", sum(!used & a == 1)); say(tag, "unmatched_0", sum(!used & a == 0))
}
# Then a regression in the comparison's matches, from its estimating equations, added up by set.
for (case in c("one", "two", "two_exact", "three_any")) for (kind in c("binary", "amount")) {
  m <- matchit(a ~ x1 + x2 + z, p, distance = p$eta, mahvars = ~eta, method = "nearest", std.caliper = FALSE,
               m.order = "largest", ratio = switch(case, one = 1, three_any = 3, 2),
               caliper = if (case != "three_any") width, exact = if (case == "two_exact") ~z)
  used <- !is.na(m$subclass); d <- p[used, ]; set <- droplevels(m$subclass[used]); G <- nlevels(set)
  y <- if (kind == "binary") d$y else d$pay; B <- as.matrix(d[c("x1", "x2", "z")]); w <- m$weights[used]
  w <- ifelse(d$a == 1, 1, w * G / sum(w[d$a == 0]))
  beta <- coef(lm(y ~ B, weights = w, subset = d$a == 0)); mean_of <- colMeans(B[d$a == 1, ])
  theta <- c(mean_of, beta, mean(y[d$a == 1]), sum(c(1, mean_of) * beta))
  psi <- function(t) cbind(d$a * sweep(B, 2, t[1:3]), (1 - d$a) * w * cbind(1, B) * c(y - cbind(1, B) %*% t[4:7]),
                           d$a * (y - t[8]), d$a * (sum(c(1, t[1:3]) * t[4:7]) - t[9]))
  A <- jacobian(function(t) colSums(psi(t)), theta); N <- length(y); k <- 4
  meat <- crossprod(rowsum(psi(theta), set)) * G / (G - 1) * (N - 1) / (N - 2 * k)
  V <- (solve(A) %*% meat %*% t(solve(A)))[8:9, 8:9]
  told(paste("regressed", case, kind, sep = "/"), theta[8], theta[9], V, kind, G - 1)
}
# How each person moves both means by way of the score; `within` is the product of outcome and columns at one score.
by_score <- function(a, D, eta, w, within, population) {
  e <- plogis(eta); bread <- solve(crossprod(D * (e * (1 - e)), D))
  slope <- switch(population, ATE = cbind(e - 1, e), ATT = cbind(0 * e, 1 + 0 * e), ATC = cbind(-1 + 0 * e, 0 * e))
  sapply(1:2, function(j) {
    own <- a == 2 - j; gradient <- colSums((w * slope[, j] * within)[own, ]) / sum(w[own]); c((D * (a - e)) %*% bread %*% gradient)
  })
}
for (kind in c("binary", "amount")) for (population in c("ATE", "ATT", "ATC")) {
  m <- matchit(a ~ x1 + x2 + z, p, distance = p$eta, method = "subclass", subclass = 4, estimand = population, min.n = 0)
  y <- if (kind == "binary") p$y else p$pay; s <- m$subclass
  focal <- switch(population, ATE = rep(TRUE, n), ATT = a == 1, ATC = a == 0)
  inner <- sapply(1:0, function(arm) tapply(y[a == arm], s[a == arm], mean)[s]); means <- colSums(inner * focal) / sum(focal)
  size <- sapply(1:0, function(arm) table(s[a == arm])[s]); stood <- c(table(s[focal])[s]); weight <- stood / ifelse(a == 1, size[, 1], size[, 2])
  own <- cbind(a, 1 - a); moved <- own * weight * (y - inner) * sqrt(size / (size - 1)) + focal * sweep(inner, 2, means)
  left <- y - ifelse(a == 1, inner[, 1], inner[, 2]); D <- cbind(1, as.matrix(p[c("x1", "x2", "z")]))
  moved <- moved / sum(focal) + by_score(a, D, p$eta, weight, left * D, population)
  told(paste("subclass", kind, population, sep = "/"), means[1], means[2], crossprod(moved), kind)
}
# With a regression in each arm, weighted by what a person of the class stands for, at the population's means.
for (kind in c("binary", "amount")) for (population in c("ATE", "ATT", "ATC")) {
  m <- matchit(a ~ x1 + x2 + z, p, distance = p$eta, method = "subclass", subclass = 4, estimand = population, min.n = 0)
  y <- if (kind == "binary") p$y else p$pay
  focal <- switch(population, ATE = rep(1, n), ATT = a, ATC = 1 - a)
  D <- cbind(1, as.matrix(p[c("x1", "x2", "z")])); k <- ncol(D); s <- m$subclass
  w <- c(tapply(focal, s, sum)[s]) / c(ifelse(a == 1, tapply(a, s, sum)[s], tapply(1 - a, s, sum)[s]))
  beta <- sapply(1:0, function(arm) coef(lm(y ~ 0 + D, weights = w, subset = a == arm))); means <- colSums(focal * (D %*% beta)) / sum(focal)
  scale_of <- sapply(1:0, function(arm) sqrt(sum(a == arm) / (sum(a == arm) - k)))
  psi <- function(t, scales = c(1, 1)) {
    left <- y - cbind(D %*% t[1:k], D %*% t[k + 1:k])
    cbind(a * w * scales[1] * left[, 1] * D, (1 - a) * w * scales[2] * left[, 2] * D,
          focal * (D %*% t[1:k] - t[2 * k + 1]), focal * (D %*% t[k + 1:k] - t[2 * k + 2]))
  }
  theta <- c(beta, means); A <- jacobian(function(t) colSums(psi(t)), theta)
  V <- (solve(A) %*% crossprod(psi(theta, scale_of)) %*% t(solve(A)))[2 * k + 1:2, 2 * k + 1:2]
  told(paste("regressed_subclass", kind, population, sep = "/"), means[1], means[2], V, kind)
}
few <- p[1:60, ]; few$eta <- qlogis(fitted(glm(a ~ x1 + x2 + z, binomial, few, control = tight)))
one <- which(few$a == 1); zero <- which(few$a == 0)
d <- abs(outer(few$eta[one], few$eta[zero], "-")); rows <- nrow(d); columns <- ncol(d)
cover <- rbind(t(sapply(1:rows, function(i) c(t(row(d) == i)))), t(sapply(1:columns, function(j) c(t(col(d) == j)))))
best <- lp("min", c(t(d)), cover * 1, rep(">=", rows + columns), rep(1, rows + columns), all.bin = TRUE)
say("full", "distance", best$objval)
# On a line two crossing links cost what two straight ones do: of all that are as near, the smallest sum of squares.
best <- lp("min", c(t(d^2)), rbind(cover * 1, c(t(d))), c(rep(">=", rows + columns), "<="),
           c(rep(1, rows + columns), best$objval + 1e-9), all.bin = TRUE)
linked <- which(matrix(best$solution, rows, columns, byrow = TRUE) > 0.5, arr.ind = TRUE)
set <- 1:60
for (pass in 1:60) for (k in seq_len(nrow(linked))) {
  both <- c(one[linked[k, 1]], zero[linked[k, 2]])
  set[both] <- min(set[both])
}
for (i in 1:60) say("full", paste("first", i), set[i])
for (kind in c("binary", "amount")) for (population in c("ATE", "ATT", "ATC")) {
  y <- if (kind == "binary") few$y else few$pay
  n1 <- ave(few$a, set, FUN = sum); n0 <- ave(1 - few$a, set, FUN = sum)
  w <- switch(population, ATE = n1 + n0, ATT = n1, ATC = n0) / ifelse(few$a == 1, n1, n0)
  model <- lm(y ~ 0 + factor(1 - few$a), weights = w)
  plain <- vcovCL(model, cluster = set, type = "HC0", cadjust = TRUE)
  # The covariance with the columns among each person and the two of the arm whose scores are nearest.
  D <- cbind(1, as.matrix(few[c("x1", "x2", "z")])); within <- t(sapply(seq_along(y), function(i) {
    arm <- which(few$a == few$a[i]); near <- arm[order(abs(few$eta[arm] - few$eta[i]))[1:3]]; c(cov(D[near, ], y[near]))
  }))
  moved <- estfun(model) %*% bread(model) / length(y); G <- length(unique(set))
  stopifnot(all.equal(unname(crossprod(rowsum(moved, set)) * G / (G - 1)), unname(plain)))
  moved <- moved + by_score(few$a, D, few$eta, w, within, population)
  V <- crossprod(rowsum(moved, set)) * G / (G - 1)
  told(paste("full", kind, population, sep = "/"), coef(model)[1], coef(model)[2], V, kind, length(unique(set)) - 1)
}
