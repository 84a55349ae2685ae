# Targeted maximum likelihood: models by glm, the targeting step by glm with weights and offset, standard errors from
# hand-written stacked equations with numDeriv. Cross-fitting by site as fold, with the influence function's error.
suppressMessages(library(numDeriv))
cat("case,contrast,estimate,std_error\n")
tight <- list(epsilon = 1e-15, maxit = 200)
weights_of <- function(a, e, population) switch(population,
  ATE = list(one = a / e, zero = (1 - a) / (1 - e)), ATT = list(one = a, zero = (1 - a) * e / (1 - e)),
  ATC = list(one = a * (1 - e) / e, zero = 1 - a), ATO = list(one = a * (1 - e), zero = (1 - a) * e))
tilt_of <- function(a, e, population) switch(population, ATE = 1 + 0 * a, ATT = a, ATC = 1 - a, ATO = e * (1 - e))
tell <- function(tag, m, V) {
  put <- function(name, value, g) cat(sprintf("%s,%s,%.15g,%.15g\n", tag, name, value, sqrt(c(g %*% V %*% g))))
  put("risk_1", m[1], c(1, 0)); put("risk_0", m[2], c(0, 1)); put("risk_difference", m[1] - m[2], c(1, -1))
  put("risk_ratio", m[1] / m[2], c(1 / m[1], -1 / m[2])); o <- m / (1 - m)
  put("odds_ratio", o[1] / o[2], c(1 / (m[1] * (1 - m[1])), -1 / (m[2] * (1 - m[2]))))
}
move <- function(y, m, w) unname(coef(suppressWarnings(glm(y ~ 1, binomial, weights = w, offset = qlogis(m), subset = w > 0, control = tight))))
shift <- function(m, eps) plogis(qlogis(m) + eps)
tmle <- function(tag, y, a, X, population, per_arm, cluster = NULL) {
  D <- cbind(1, X); k <- ncol(D)
  fit <- function(M, v, keep = TRUE) unname(coef(suppressWarnings(glm.fit(M[keep, , drop = FALSE], v[keep], family = binomial(), control = tight))))
  gamma <- fit(D, a)
  beta <- if (per_arm) c(fit(D, y, a == 1), fit(D, y, a == 0)) else fit(cbind(D, a), y)
  both <- function(b) if (per_arm) list(plogis(c(D %*% b[1:k])), plogis(c(D %*% b[k + 1:k]))) else
    list(plogis(c(D %*% b[1:k]) + b[k + 1]), plogis(c(D %*% b[1:k])))
  psi <- function(t) {
    e <- plogis(c(D %*% t[1:k])); b <- t[k + seq_along(beta)]; r <- tail(t, 4); m <- both(b)
    q1 <- shift(m[[1]], r[1]); q0 <- shift(m[[2]], r[2]); w <- weights_of(a, e, population); h <- tilt_of(a, e, population)
    outcome <- if (per_arm) cbind(D * (a * (y - m[[1]])), D * ((1 - a) * (y - m[[2]]))) else cbind(D, a) * (y - ifelse(a == 1, m[[1]], m[[2]]))
    cbind(D * (a - e), outcome, w$one * (y - q1), w$zero * (y - q0), h * (q1 - r[3]), h * (q0 - r[4]))
  }
  e <- plogis(c(D %*% gamma)); m <- both(beta); w <- weights_of(a, e, population); h <- tilt_of(a, e, population)
  eps <- c(move(y, m[[1]], w$one), move(y, m[[2]], w$zero))
  means <- c(weighted.mean(shift(m[[1]], eps[1]), h), weighted.mean(shift(m[[2]], eps[2]), h))
  theta <- c(gamma, beta, eps, means)
  stopifnot(max(abs(colSums(psi(theta)))) < 1e-6)
  bread <- solve(jacobian(function(t) colSums(psi(t)), theta)); meat <- crossprod(psi(theta)); n <- length(theta)
  tell(tag, means, (bread %*% meat %*% t(bread))[n - 1:0, n - 1:0])
}
cross <- function(tag, y, a, X, fold, population, estimator, unit = NULL) {
  D <- cbind(1, X); e <- m1 <- m0 <- numeric(length(y))
  for (f in unique(fold)) {
    i <- fold == f
    g <- coef(glm.fit(D[!i, ], a[!i], family = binomial(), control = tight)); e[i] <- plogis(D[i, ] %*% g)
    b <- coef(glm.fit(cbind(D, a)[!i, ], y[!i], family = binomial(), control = tight)); k <- ncol(D)
    m1[i] <- plogis(D[i, ] %*% b[1:k] + b[k + 1]); m0[i] <- plogis(D[i, ] %*% b[1:k])
  }
  w <- weights_of(a, e, population); h <- tilt_of(a, e, population)
  one <- function(m, w) {
    s <- 0
    if (estimator == "tmle") m <- shift(m, move(y, m, w)) else s <- weighted.mean(y - m, w)
    mean <- weighted.mean(m, h) + s
    list(mean, h * (m + s - mean) / sum(h) + w * (y - m - s) / sum(w))
  }
  r1 <- one(m1, w$one); r0 <- one(m0, w$zero); I <- cbind(r1[[2]], r0[[2]])
  if (!is.null(unit)) I <- rowsum(I, unit)
  tell(tag, c(r1[[1]], r0[[1]]), crossprod(I))
}
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv")
cps <- rbind(nsw[nsw$treat == 1, ], read.csv("../../data/open/nsw/cps1_15992.csv"))
for (name in c("nsw", "cps")) for (population in c("ATE", "ATT", "ATC", "ATO")) for (per_arm in c(FALSE, TRUE)) {
  d <- get(name); d$u75 <- as.numeric(d$re75 == 0)
  tmle(paste(name, population, if (per_arm) "per_arm" else "one", sep = "/"), as.numeric(d$re78 > 0), d$treat,
       scale(as.matrix(d[c("age", "educ", "black", "nodegree", "re75", "u75")])), population, per_arm)
}
p <- read.csv("matching_people.csv")
for (estimator in c("aipw", "tmle")) for (population in c("ATE", "ATT", "ATC")) {
  X <- as.matrix(p[c("x1", "x2", "z")])
  cross(paste("people", estimator, population, "none", sep = "/"), p$y, p$a, X, p$site %% 5, population, estimator)
  cross(paste("people", estimator, population, "site", sep = "/"), p$y, p$a, X, p$site %% 5, population, estimator, p$site)
}
