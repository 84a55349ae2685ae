# Amounts: ratios, negative binomial, two parts. MASS::glm.nb, glm, sandwich; stacks and jackknives written out.
suppressMessages({library(MASS); library(sandwich); library(numDeriv)})
z <- qnorm(0.975)
exact <- glm.control(epsilon = 1e-14, maxit = 200)
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
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv")

# Leaving out one cluster at a time, CV3 centred at the whole.
jackknife <- function(fit, d) {
  whole <- fit(d); groups <- unique(d$site); G <- length(groups)
  moved <- t(sapply(groups, function(g) fit(d[d$site != g, ]) - whole))
  if (length(whole) == 1) moved <- t(moved)
  list(value = whole, V = (G - 1) / G * crossprod(moved), df = G - 1)
}
crude <- jackknife(function(d) c(mean(d$pay[d$a == 1]), mean(d$pay[d$a == 0])), d)
g <- c(1, -1) / crude$value
ratio("crude_sites", log(crude$value[1] / crude$value[2]), sqrt(c(t(g) %*% crude$V %*% g)), crude$df)

# One ratio by regression: the mean alone with the sandwich, and the negative binomial.
poisson_fit <- function(d) glm(days ~ x1 + x2 + a, quasipoisson, d, control = exact)
fit <- poisson_fit(d)
ratio("quasi_poisson", coef(fit)[["a"]], sqrt(vcovHC(fit, "HC0")["a", "a"]))
fit <- glm(days ~ x1 + x2 + a + offset(log(exposure)), quasipoisson, d, control = exact)
ratio("quasi_poisson_exposure", coef(fit)[["a"]], sqrt(vcovHC(fit, "HC0")["a", "a"]))
fit <- glm(re78 ~ age + educ + black + nodegree + treat, quasipoisson, nsw, control = exact)
ratio("quasi_poisson_nsw", coef(fit)[["treat"]], sqrt(vcovHC(fit, "HC0")["treat", "treat"]))
j <- jackknife(function(d) coef(poisson_fit(d))[["a"]], d)
ratio("quasi_poisson_sites", j$value, sqrt(c(j$V)), j$df)

# glm.nb stops at its own tolerance, so the two parts are repeated until theta stands still.
counted <- function(formula, d) {
  fit <- glm.nb(formula, d, control = exact)
  theta <- fit$theta
  for (again in 1:60) {
    inner <- glm(formula, negative.binomial(theta), d, control = exact)
    new <- c(theta.ml(d$days, fitted(inner), limit = 200, eps = 1e-13))
    if (abs(new - theta) < 1e-12 * theta) break
    theta <- new
  }
  list(fit = inner, theta = theta)
}
for (which in c("plain", "exposure")) {
  formula <- if (which == "plain") days ~ x1 + x2 + a else days ~ x1 + x2 + a + offset(log(exposure))
  m <- counted(formula, d)
  X <- model.matrix(m$fit); mu <- fitted(m$fit); w <- 1 / (1 + mu / m$theta)
  bread <- solve(crossprod(X, X * mu * w)); meat <- crossprod(X * ((d$days - mu) * w))
  b <- coef(m$fit)[["a"]]
  ratio(paste0("negative_binomial_", which), b, sqrt(bread["a", "a"]))
  ratio(paste0("negative_binomial_robust_", which), b, sqrt((bread %*% meat %*% bread)["a", "a"]))
  put(paste0("negative_binomial_", which), alpha = 1 / m$theta)
}
# What the package itself says, at its own tolerance.
fit <- glm.nb(days ~ x1 + x2 + a, d, control = exact)
put("glm_nb", estimate = exp(coef(fit)[["a"]]), std_error = sqrt(vcov(fit)["a", "a"]),
    robust = sqrt(sandwich(fit)["a", "a"]), alpha = 1 / fit$theta)
j <- jackknife(function(d) coef(counted(days ~ x1 + x2 + a, d)$fit)[["a"]], d)
ratio("negative_binomial_robust_sites", j$value, sqrt(c(j$V)), j$df)

# Rates: a sum over a sum.
for (arm in 1:0) {
  y <- d$days[d$a == arm]; e <- d$exposure[d$a == arm]; r <- sum(y) / sum(e)
  values <- list(365.25 * r, sqrt(sum((y - r * e)^2)) / sum(y))
  names(values) <- paste0(c("rate_", "std_error_"), arm)
  do.call(put, c("rates", values))
}

# Stacked equations: rows of people, derivative by differences.
sandwiched <- function(psi, theta, keep) {
  A <- solve(jacobian(function(t) colSums(psi(t)), theta)); V <- A %*% crossprod(psi(theta)) %*% t(A)
  k <- length(theta); V[(k - keep + 1):k, (k - keep + 1):k]
}
X <- cbind(1, scale(as.matrix(nsw[c("age", "educ", "black", "nodegree")])))
a <- nsw$treat; y <- nsw$re78 / mean(nsw$re78); size <- mean(nsw$re78); k <- ncol(X)
tilt <- function(e, population) switch(population, ATE = 1 + 0 * a, ATT = a, ATC = 1 - a, ATO = e * (1 - e))
weigh <- function(e, population) {
  h <- switch(population, ATE = 1, ATT = e, ATC = 1 - e, ATO = e * (1 - e))
  list(one = a * h / e, zero = (1 - a) * h / (1 - e))
}
gamma <- unname(coef(glm.fit(X, a, family = binomial(), control = exact)))
loglin <- function(M, v) unname(coef(glm.fit(M, v, family = quasipoisson(), control = exact)))
beta_of <- function(per_arm) if (per_arm) c(loglin(X[a == 1, ], y[a == 1]), loglin(X[a == 0, ], y[a == 0])) else loglin(cbind(X, a), y)
both <- function(b, per_arm) {
  if (per_arm) list(one = exp(c(X %*% b[1:k])), zero = exp(c(X %*% b[k + 1:k])))
  else list(one = exp(c(X %*% b[1:k]) + b[k + 1]), zero = exp(c(X %*% b[1:k])))
}
score_rows <- function(b, per_arm) {
  m <- both(b, per_arm)
  if (per_arm) cbind(X * (a * (y - m$one)), X * ((1 - a) * (y - m$zero))) else cbind(X, a) * (y - ifelse(a == 1, m$one, m$zero))
}
tell <- function(case, m, V) {
  put(case, mean_1 = size * m[1], mean_0 = size * m[2], mean_1_error = size * sqrt(V[1, 1]), mean_0_error = size * sqrt(V[2, 2]))
  g <- c(1 / m[1], -1 / m[2]); ratio(case, log(m[1] / m[2]), sqrt(c(t(g) %*% V %*% g)))
}
for (per_arm in c(FALSE, TRUE)) {
  b <- beta_of(per_arm); m <- both(b, per_arm); kb <- length(b)
  psi <- function(t) {
    m <- both(t[1:kb], per_arm)
    cbind(score_rows(t[1:kb], per_arm), m$one - t[kb + 1], m$zero - t[kb + 2])
  }
  ends <- c(mean(m$one), mean(m$zero))
  tell(paste0("g_computation/ATE/", per_arm), ends, sandwiched(psi, c(b, ends), 2))
}
for (population in c("ATE", "ATT", "ATC", "ATO")) {
  e <- plogis(c(X %*% gamma)); w <- weigh(e, population)
  psi <- function(t) {
    e <- plogis(c(X %*% t[1:k])); w <- weigh(e, population)
    cbind(X * (a - e), w$one * (y - t[k + 1]), w$zero * (y - t[k + 2]))
  }
  ends <- c(weighted.mean(y, w$one), weighted.mean(y, w$zero))
  tell(paste0("ipw/", population, "/FALSE"), ends, sandwiched(psi, c(gamma, ends), 2))
  b <- beta_of(FALSE); m <- both(b, FALSE); kb <- length(b); h <- tilt(e, population)
  shift <- c(weighted.mean(y - m$one, w$one), weighted.mean(y - m$zero, w$zero))
  ends <- c(weighted.mean(m$one, h), weighted.mean(m$zero, h)) + shift
  psi <- function(t) {
    e <- plogis(c(X %*% t[1:k])); b <- t[k + 1:kb]; r <- t[-(1:(k + kb))]
    m <- both(b, FALSE); w <- weigh(e, population); h <- tilt(e, population)
    cbind(X * (a - e), score_rows(b, FALSE), w$one * (y - m$one - r[1]), w$zero * (y - m$zero - r[2]),
          h * (m$one + r[1] - r[3]), h * (m$zero + r[2] - r[4]))
  }
  tell(paste0("aipw/", population, "/FALSE"), ends, sandwiched(psi, c(gamma, b, shift, ends), 2))
}

# Two parts: glm for any amount, a gamma or a line in logarithms for how much; the whole put together.
two_parts <- function(d, amount, population) {
  X <- cbind(1, d$x1, d$x2); D <- cbind(X, d$a); k <- ncol(D); size <- mean(d$pay[d$pay > 0]); y <- d$pay / size
  some <- y > 0; h <- switch(population, ATE = 1 + 0 * y, ATT = d$a, ATC = 1 - d$a)
  share <- unname(coef(glm.fit(D, 1 * some, family = binomial(), control = exact)))
  if (amount == "gamma") line <- unname(coef(glm.fit(D[some, ], y[some], family = Gamma("log"), control = exact)))
  else {
    fit <- lm.fit(D[some, ], log(y[some])); line <- unname(coef(fit))
    smear <- c(mean(exp(fit$residuals[d$a[some] == 1])), mean(exp(fit$residuals[d$a[some] == 0])))
    line <- c(line, smear)
  }
  nuisance <- c(share, line); kn <- length(nuisance)
  told <- function(t) {
    b <- t[1:k]; g <- t[k + 1:k]; s <- if (amount == "gamma") c(1, 1) else t[2 * k + 1:2]
    list(p1 = plogis(c(X %*% b[1:3]) + b[4]), p0 = plogis(c(X %*% b[1:3])),
         m1 = s[1] * exp(c(X %*% g[1:3]) + g[4]), m0 = s[2] * exp(c(X %*% g[1:3])))
  }
  psi <- function(t) {
    q <- told(t); r <- t[kn + 1:4]
    rows <- D * (some - ifelse(d$a == 1, q$p1, q$p0))
    if (amount == "gamma") rows <- cbind(rows, D * (some * (y / ifelse(d$a == 1, q$m1, q$m0) - 1)))
    else {
      left <- ifelse(some, log(ifelse(some, y, 1)) - c(D %*% t[k + 1:k]), 0)
      rows <- cbind(rows, D * left, some * d$a * (exp(left) - t[2 * k + 1]), some * (1 - d$a) * (exp(left) - t[2 * k + 2]))
    }
    cbind(rows, h * (q$p1 - r[1]), h * (q$p0 - r[2]), h * (q$p1 * q$m1 - r[3]), h * (q$p0 * q$m0 - r[4]))
  }
  q <- told(nuisance)
  ends <- c(weighted.mean(q$p1, h), weighted.mean(q$p0, h), weighted.mean(q$p1 * q$m1, h), weighted.mean(q$p0 * q$m0, h))
  list(psi = psi, theta = c(nuisance, ends), ends = ends, size = size)
}
for (amount in c("gamma", "log_normal")) for (population in c("ATE", "ATT", "ATC")) {
  t <- two_parts(d, amount, population); V <- sandwiched(t$psi, t$theta, 4); e <- t$ends; s <- t$size
  case <- paste("two_part", amount, population, sep = "/")
  by <- function(g) sqrt(c(t(g) %*% V %*% g))
  put(case, mean_1 = s * e[3], mean_0 = s * e[4], mean_1_error = s * by(c(0, 0, 1, 0)), mean_0_error = s * by(c(0, 0, 0, 1)),
      mean_difference = s * (e[3] - e[4]), mean_difference_error = s * by(c(0, 0, 1, -1)),
      mean_ratio = e[3] / e[4], mean_ratio_error = by(c(0, 0, 1 / e[3], -1 / e[4])),
      share_above_zero_1 = e[1], share_above_zero_0 = e[2], share_above_zero_1_error = by(c(1, 0, 0, 0)),
      share_above_zero_0_error = by(c(0, 1, 0, 0)), mean_above_zero_1 = s * e[3] / e[1], mean_above_zero_0 = s * e[4] / e[2],
      mean_above_zero_1_error = by(c(-1 / e[1], 0, 1 / e[3], 0)), mean_above_zero_0_error = by(c(0, -1 / e[2], 0, 1 / e[4])))
}
j <- jackknife(function(d) { t <- two_parts(d, "gamma", "ATE"); t$size * t$ends[3:4] }, d)
put("two_part_sites", mean_difference = j$value[1] - j$value[2], mean_difference_error = sqrt(sum(j$V * c(1, -1, -1, 1))))
