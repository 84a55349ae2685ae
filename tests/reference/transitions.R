# Between arms: MASS::polr and ordinal::clm, Brant's test and score limits from the papers, all pairs one by one.
suppressMessages({library(MASS); library(ordinal); library(numDeriv)})
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
ratio <- function(case, b, se, df = Inf) {
  half <- qt(0.975, df) * se
  put(case, estimate = exp(b), std_error = se, low = exp(b - half), high = exp(b + half), p_value = 2 * pt(-abs(b) / se, df))
}
cat("case,key,value\n")
d <- read.csv("amounts_people.csv")
d$ordered <- factor(d$step, ordered = TRUE)
few <- d[d$step > 0 & d$site < 6, ]; few$ordered <- factor(few$step, ordered = TRUE)
exact <- clm.control(gradTol = 1e-12, maxIter = 200, relTol = 1e-15)
fits <- list(plain = clm(ordered ~ a, data = d, control = exact), adjusted = clm(ordered ~ x1 + x2 + a, data = d, control = exact),
             few = clm(ordered ~ a, data = few, control = exact))
for (case in names(fits)) {
  b <- coef(summary(fits[[case]]))["a", ]
  ratio(case, b[["Estimate"]], b[["Std. Error"]])
}
# What the other package says, which stops at its own tolerance.
p <- polr(ordered ~ x1 + x2 + a, d, Hess = TRUE, control = list(reltol = 1e-15, maxit = 500))
put("polr", estimate = exp(coef(p)[["a"]]), std_error = sqrt(vcov(p)["a", "a"]), cut_1 = p$zeta[[1]], cut_4 = p$zeta[[4]])

# The model fitted anew without each site in turn, CV3 centred at the whole.
slope <- function(d) coef(clm(ordered ~ x1 + x2 + a, data = d, control = exact))[["a"]]
whole <- slope(d); moved <- sapply(0:11, function(g) slope(d[d$site != g, ]) - whole)
ratio("sites", whole, sqrt(11 / 12 * sum(moved^2)), 11)

# Score test of a log odds ratio: the rest at their best, expected information by every person on every step.
probabilities <- function(t, X, J) {
  eta <- c(X %*% t[-(1:(J - 1))]); cuts <- c(-Inf, t[1:(J - 1)], Inf)
  sapply(1:J, function(j) plogis(cuts[j + 1] - eta) - plogis(cuts[j] - eta))
}
root_score <- function(b0, y, X, J) {
  p <- ncol(X); arm <- X[, p]
  loglik <- function(t) {
    P <- probabilities(t, X, J)
    own <- P[cbind(seq_along(y), y)]
    if (any(own <= 0)) -1e10 else sum(log(own))
  }
  free <- function(r) c(r, b0)
  off <- b0 * arm
  rest <- if (p > 1) X[, -p, drop = FALSE] else NULL
  data <- data.frame(y = factor(y, ordered = TRUE), off = off); if (!is.null(rest)) data <- cbind(data, rest)
  names_ <- if (is.null(rest)) "1" else paste(colnames(rest), collapse = " + ")
  fit <- clm(as.formula(paste("y ~", names_, "+ offset(off)")), data = data, control = exact)
  t <- c(coef(fit), b0)
  U <- grad(loglik, t)
  info <- Reduce(`+`, lapply(1:J, function(j) {
    D <- jacobian(function(t) probabilities(t, X, J)[, j], t)
    crossprod(D, D / probabilities(t, X, J)[, j])
  }))
  k <- length(t)
  V <- info[k, k] - info[k, -k] %*% solve(info[-k, -k], info[-k, k])
  U[k] / sqrt(c(V))
}
for (case in c("plain", "adjusted")) {
  X <- if (case == "plain") cbind(a = d$a) else as.matrix(d[c("x1", "x2", "a")])
  b <- coef(fits[[case]])[["a"]]; y <- d$step + 1
  f <- function(at) root_score(at, y, X, 5)
  low <- uniroot(function(x) f(x) - qnorm(0.975), c(b - 1.5, b), tol = 1e-11)$root
  high <- uniroot(function(x) f(x) + qnorm(0.975), c(b, b + 1.5), tol = 1e-11)$root
  put(paste0("score_", case), estimate = exp(b), low = exp(low), high = exp(high), p_value = 2 * pnorm(-abs(f(0))))
}
put("wilcoxon", p_value = wilcox.test(step ~ a, d, exact = FALSE, correct = FALSE)$p.value)

# Brant (1990): logits of standing above each step, with the covariance between them.
brant <- function(y, X, chosen) {
  cuts <- sort(unique(y)); cuts <- cuts[-length(cuts)]; D <- cbind(1, X)
  fits <- lapply(cuts, function(c) glm.fit(D, 1 * (y > c), family = binomial(), control = list(epsilon = 1e-14, maxit = 100)))
  B <- lapply(fits, function(f) coef(f)[chosen]); P <- lapply(fits, function(f) f$fitted.values)
  I <- lapply(P, function(p) solve(crossprod(D, D * p * (1 - p))))
  m <- length(cuts); q <- length(chosen)
  V <- matrix(0, m * q, m * q)
  for (i in 1:m) for (j in 1:m) {
    lower <- P[[min(i, j)]]; upper <- P[[max(i, j)]]  # above the later cut is above both
    C <- I[[i]] %*% crossprod(D, D * (upper - lower * upper)) %*% I[[j]]
    V[(i - 1) * q + 1:q, (j - 1) * q + 1:q] <- C[chosen, chosen]
  }
  R <- kronecker(cbind(1, -diag(m - 1)), diag(q)); r <- R %*% unlist(B)
  w <- c(t(r) %*% solve(R %*% V %*% t(R), r))
  list(estimate = w, p_value = pchisq(w, q * (m - 1), lower.tail = FALSE))
}
tell <- function(case, b) put(case, estimate = b$estimate, p_value = b$p_value)
tell("brant_plain", brant(d$step, cbind(d$a), 2))
tell("brant_arm", brant(d$step, cbind(d$x1, d$x2, d$a), 4))
tell("brant_all", brant(d$step, cbind(d$x1, d$x2, d$a), 2:4))

# All pairs one by one; the variance as that of two-sample U-statistics, first projections.
pairs_of <- function(d) {
  x <- d$step[d$a == 1]; y <- d$step[d$a == 0]
  list(W = outer(x, y, ">"), L = outer(x, y, "<"), E = outer(x, y, "=="))
}
projections <- function(M) list(rowMeans(M) - mean(M), colMeans(M) - mean(M))
cov_of <- function(one, two) mean(one[[1]] * two[[1]]) / length(one[[1]]) + mean(one[[2]] * two[[2]]) / length(one[[2]])
log_ratio <- function(W, L) {
  w <- projections(W); l <- projections(L)
  v <- cov_of(w, w) / mean(W)^2 + cov_of(l, l) / mean(L)^2 - 2 * cov_of(w, l) / (mean(W) * mean(L))
  c(log(mean(W) / mean(L)), sqrt(v))
}
m <- pairs_of(d)
r <- log_ratio(m$W, m$L); ratio("win_ratio", r[1], r[2])
r <- log_ratio(m$W + m$E / 2, m$L + m$E / 2); ratio("win_odds", r[1], r[2])
n <- projections(m$W - m$L); b <- mean(m$W - m$L); s <- sqrt(cov_of(n, n))
put("net_benefit", estimate = b, std_error = s, low = b - qnorm(0.975) * s, high = b + qnorm(0.975) * s, p_value = 2 * pnorm(-abs(b) / s))
value <- function(d) { m <- pairs_of(d); c(log(mean(m$W) / mean(m$L)), log(mean(m$W + m$E / 2) / mean(m$L + m$E / 2)), mean(m$W - m$L)) }
whole <- value(d); moved <- sapply(0:11, function(g) value(d[d$site != g, ]) - whole)
errors <- sqrt(11 / 12 * rowSums(moved^2))
ratio("win_ratio_sites", whole[1], errors[1], 11); ratio("win_odds_sites", whole[2], errors[2], 11)
half <- qt(0.975, 11) * errors[3]
put("net_benefit_sites", estimate = whole[3], std_error = errors[3], low = whole[3] - half, high = whole[3] + half,
    p_value = 2 * pt(-abs(whole[3]) / errors[3], 11))
