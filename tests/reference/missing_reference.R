# Imputation by reference: the joint distribution of Carpenter, Roger & Kenward (2013) written out and conditioned on,
# a twin of the draws of scores, mice's own draws of one outcome, and attrition weights with a propensity score.
suppressMessages(library(mice))
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

# Closed form. Four occasions, seen at the first `last`; the joint distribution is built block by block from both arms.
own <- c(50, 54, 57, 61); reference <- c(49, 50, 52, 53)
S1 <- matrix(c(90, 50, 45, 40, 50, 100, 60, 50, 45, 60, 110, 70, 40, 50, 70, 120), 4)
S0 <- matrix(c(80, 40, 30, 25, 40, 85, 45, 35, 30, 45, 95, 55, 25, 35, 55, 105), 4)
seen <- c(58, 47, 66)
joint <- function(assumption, last) {
  o <- seq_len(last); u <- setdiff(1:4, o)
  mean <- switch(assumption,
    missing_at_random = own, copy_reference = reference,
    jump_to_reference = c(own[o], reference[u]),
    copy_increments = c(own[o], own[last] + reference[u] - reference[last]))
  if (assumption == "missing_at_random") return(list(mean = mean, S = S1))
  if (assumption == "copy_reference") return(list(mean = mean, S = S0))
  K <- S0[u, o] %*% solve(S0[o, o])  # their sections 4 and 5: the comparison's slopes, the own arm's past
  S <- matrix(0, 4, 4)
  S[o, o] <- S1[o, o]; S[u, o] <- K %*% S1[o, o]; S[o, u] <- t(S[u, o])
  S[u, u] <- S0[u, u] - K %*% (S0[o, o] - S1[o, o]) %*% t(K)
  list(mean = mean, S = S)
}
for (assumption in c("jump_to_reference", "copy_reference", "copy_increments")) for (last in 1:3) {
  d <- joint(assumption, last); o <- seq_len(last); u <- setdiff(1:4, o)
  K <- d$S[u, o] %*% solve(d$S[o, o])
  m <- d$mean[u] + K %*% (seen[o] - d$mean[o]); V <- d$S[u, u] - K %*% d$S[o, u]
  for (j in seq_along(u)) put(sprintf("%s_%d_%d", assumption, last, u[j]), mean = m[j], variance = as.matrix(V)[j, j])
}

# A twin of the draws: each arm's regression and covariance under Jeffreys' prior by data augmentation, one chain an
# arm, a set kept every tenth turn; ours are 400 chains.
d <- read.csv("scales_people.csv")
set.seed(5)
SETS <- 400
Y <- as.matrix(d[, c("m3", "m6", "m12")]); Z <- cbind(1, d$first - mean(d$first), d$x1 - mean(d$x1))
fill <- function(y, m, S) {  # one person's missing scores given the seen
  u <- is.na(y)
  if (!any(u)) return(y)
  if (all(u)) { centre <- m; V <- S } else {
    K <- S[u, !u, drop = FALSE] %*% solve(S[!u, !u, drop = FALSE])
    centre <- m[u] + K %*% (y[!u] - m[!u]); V <- S[u, u, drop = FALSE] - K %*% S[!u, u, drop = FALSE]
  }
  y[u] <- centre + t(chol(V)) %*% rnorm(sum(u)); y
}
chain <- function(arm) {
  some <- d$arm == arm & rowSums(!is.na(Y)) > 0
  y <- Y[some, ]; z <- Z[some, ]; full <- y
  for (j in 1:3) full[is.na(y[, j]), j] <- mean(y[, j], na.rm = TRUE)
  G <- solve(crossprod(z)); kept <- list()
  for (turn in 1:(200 + 10 * SETS)) {
    B <- G %*% crossprod(z, full); R <- full - z %*% B
    S <- solve(rWishart(1, nrow(z) - ncol(z), solve(crossprod(R)))[, , 1])
    B <- B + t(chol(G)) %*% matrix(rnorm(length(B)), nrow(B)) %*% chol(S)
    M <- z %*% B
    for (i in which(rowSums(is.na(y)) > 0)) full[i, ] <- fill(y[i, ], M[i, ], S)
    if (turn > 200 && turn %% 10 == 0) kept[[length(kept) + 1]] <- list(B = B, S = S)
  }
  kept
}
draws <- list(chain(0), chain(1))
complete_set <- function(s, assumption) {
  out <- Y
  for (i in which(rowSums(is.na(Y)) > 0)) {
    own <- draws[[d$arm[i] + 1]][[s]]; ref <- draws[[1]][[s]]
    m <- drop(Z[i, ] %*% own$B); r <- drop(Z[i, ] %*% ref$B)
    y <- fill(Y[i, ], m, own$S)
    last <- max(c(0, which(!is.na(Y[i, ]))))
    if (d$arm[i] == 1 && assumption != "missing_at_random" && last < 3) {
      y[(last + 1):3] <- NA
      o <- seq_len(last)
      follow <- r
      if (last > 0 && assumption == "copy_increments") follow <- r + m[last] - r[last]
      if (last > 0 && assumption != "copy_reference") follow[o] <- m[o]
      y <- fill(y, follow, ref$S)
    }
    out[i, ] <- y
  }
  out
}
for (assumption in c("missing_at_random", "jump_to_reference", "copy_reference", "copy_increments")) {
  told <- t(sapply(seq_len(SETS), function(s) {
    w <- complete_set(s, assumption)
    f <- summary(lm(w[, 3] ~ d$arm + d$first))$coefficients
    c(mean(w[d$arm == 1, 2]), mean(w[d$arm == 1, 3]), f[2, 1], f[2, 2]^2)
  }))
  p <- pool.scalar(told[, 3], told[, 4], n = nrow(d), k = 3, rule = "rubin1987")
  put(paste0("scores_", assumption), mid = mean(told[, 1]), mid.between = var(told[, 1]), last = mean(told[, 2]),
      last.between = var(told[, 2]), ancova = p$qbar, ancova.between = p$b, ancova.std_error = sqrt(p$t))
}

# One outcome: mice's draws of arm 1's missing from the model of arm 0, 400 sets.
e <- read.csv("missing_data.csv")
e$job <- as.numeric(e$job)
jump <- function(y, draw) t(sapply(1:400, function(s) {
  w <- y; x <- cbind(e$age)
  for (arm in 0:1) {
    ry <- !is.na(y) & e$arm == 0; wy <- is.na(y) & e$arm == arm
    w[wy] <- draw(y, ry, x, wy)
  }
  f <- summary(lm(w ~ e$arm))$coefficients
  c(f[2, 1], f[2, 2]^2)
}))
for (one in list(list("job", mice.impute.logreg), list("months", mice.impute.pmm))) {
  told <- jump(e[[one[[1]]]], one[[2]])
  p <- pool.scalar(told[, 1], told[, 2], n = nrow(e), k = 2, rule = "rubin1987")
  put(paste0("jump_", one[[1]]), estimate = p$qbar, between = p$b, std_error = sqrt(p$t))
}

# Attrition weights times those of a propensity score: the stack, its derivative by numDeriv.
i <- 1:120
a <- as.numeric(i %% 2 == 0); x <- ((i * 37) %% 101) / 50 - 1; z <- as.numeric((i * 13) %% 7 < 3)
y <- as.numeric(((i * 53) %% 97) / 97 < .3 + .2 * a + .1 * x); amount <- ((i * 41) %% 83) * (.5 + a) + 10 * x
known <- as.numeric(((i * 29) %% 89) / 89 < .75 + .15 * x - .1 * z)
Z <- cbind(1, x, z)
fit <- function(y, who) glm.fit(Z[who, ], y[who], family = binomial(), control = list(epsilon = 1e-14, maxit = 100))$coefficients
tilted <- list(ATE = function(e) 1, ATT = function(e) e, ATC = function(e) 1 - e, ATO = function(e) e * (1 - e))
stack <- function(theta, y, h) {
  e <- plogis(Z %*% theta[1:3]); p1 <- plogis(Z %*% theta[4:6]); p0 <- plogis(Z %*% theta[7:9])
  w1 <- a * known * h(e) / e / p1; w0 <- (1 - a) * known * h(e) / (1 - e) / p0
  cbind(Z * drop(a - e), Z * drop(a * (known - p1)), Z * drop((1 - a) * (known - p0)), w1 * (y - theta[10]), w0 * (y - theta[11]))
}
for (population in names(tilted)) for (kind in c("binary", "amount")) {
  h <- tilted[[population]]; out <- if (kind == "binary") y else amount
  g <- c(fit(a, rep(TRUE, 120)), fit(known, a == 1), fit(known, a == 0))
  e <- plogis(Z %*% g[1:3]); p1 <- plogis(Z %*% g[4:6]); p0 <- plogis(Z %*% g[7:9])
  m <- c(weighted.mean(out, a * known * h(e) / e / p1), weighted.mean(out, (1 - a) * known * h(e) / (1 - e) / p0))
  theta <- c(g, m)
  A <- numDeriv::jacobian(function(t) colSums(stack(t, out, h)), theta)
  V <- (solve(A) %*% crossprod(stack(theta, out, h)) %*% t(solve(A)))[10:11, 10:11]
  se <- function(gradient) sqrt(drop(gradient %*% V %*% gradient))
  case <- sprintf("weighed_%s_%s", kind, population)
  put(case, difference = m[1] - m[2], difference.std_error = se(c(1, -1)), ratio = m[1] / m[2],
      ratio.std_error = se(c(1 / m[1], -1 / m[2])))
  if (kind == "binary") put(case, odds = m[1] / (1 - m[1]) / (m[2] / (1 - m[2])),
    odds.std_error = se(c(1 / (m[1] * (1 - m[1])), -1 / (m[2] * (1 - m[2])))))
}

# Bounds of ratios, and the map of amounts: the unseen of an arm are so much above or below those seen.
low <- c(sum(a * known * y), sum((1 - a) * known * y)); n <- c(sum(a), sum(1 - a))
high <- low + c(sum(a * (1 - known)), sum((1 - a) * (1 - known)))
odds <- function(k, n) k / (n - k)
put("bounds", risk_low = (low[1] / n[1]) / (high[2] / n[2]), risk_high = (high[1] / n[1]) / (low[2] / n[2]),
    odds_low = odds(low[1], n[1]) / odds(high[2], n[2]), odds_high = odds(high[1], n[1]) / odds(low[2], n[2]))
arm <- function(side, shift) {
  v <- amount[a == side & known == 1]
  c(mean(v) + mean(known[a == side] == 0) * shift, var(v) / length(v))
}
for (one in c(-20, 0)) for (two in c(0, 15)) {
  m1 <- arm(1, one); m0 <- arm(0, two); se <- sqrt(m1[2] + m0[2]); gap <- m1[1] - m0[1]
  put(sprintf("amounts_%g_%g", one, two), estimate = gap, low = gap - qnorm(.975) * se, high = gap + qnorm(.975) * se)
}
