# Adjusted risks and amounts: models by glm, standard errors from hand-written stacked equations with numDeriv.
suppressMessages({library(sandwich); library(numDeriv)})
exact <- list(epsilon = 1e-15, maxit = 100)
z <- qnorm(0.975)

# The equations of one person as a row, for theta; `parts` says which models stand in the stack.
weights_of <- function(a, e, population) switch(population,
  ATE = list(one = a / e, zero = (1 - a) / (1 - e)),
  ATT = list(one = a, zero = (1 - a) * e / (1 - e)),
  ATO = list(one = a * (1 - e), zero = (1 - a) * e))
tilt_of <- function(a, e, population) switch(population, ATE = 1 + 0 * a, ATT = a, ATO = e * (1 - e))

stack <- function(y, a, X, family, method, population, interaction) {
  n <- length(y); D <- cbind(1, X); k <- ncol(D)
  link <- if (family == "binary") plogis else identity
  kind <- if (family == "binary") binomial() else gaussian()
  fit <- function(M, v, keep = rep(TRUE, n)) {
    unname(coef(suppressWarnings(glm.fit(M[keep, , drop = FALSE], v[keep], family = kind, control = exact))))
  }
  comparison_only <- interaction && population == "ATT"
  gamma <- if (method == "g_computation") NULL else unname(coef(glm.fit(D, a, family = binomial(), control = exact)))
  beta <- if (method == "ipw") NULL else if (comparison_only) fit(D, y, a == 0)
    else if (interaction) c(fit(D, y, a == 1), fit(D, y, a == 0)) else fit(cbind(D, a), y)
  kg <- length(gamma); kb <- length(beta)

  predict_both <- function(b) {
    if (comparison_only) return(list(one = y, zero = link(c(D %*% b))))
    if (interaction) return(list(one = link(c(D %*% b[1:k])), zero = link(c(D %*% b[k + 1:k]))))
    eta <- c(D %*% b[1:k]); list(one = link(eta + b[k + 1]), zero = link(eta))
  }
  psi <- function(theta) {
    g <- theta[seq_len(kg)]; b <- theta[kg + seq_len(kb)]; rest <- theta[-seq_len(kg + kb)]
    rows <- NULL
    if (kg > 0) { e <- plogis(c(D %*% g)); rows <- cbind(rows, D * (a - e)) }
    if (kb > 0) {
      m <- predict_both(b)
      rows <- cbind(rows, if (comparison_only) D * ((1 - a) * (y - m$zero))
        else if (interaction) cbind(D * (a * (y - m$one)), D * ((1 - a) * (y - m$zero)))
        else cbind(D, a) * (y - ifelse(a == 1, m$one, m$zero)))
    }
    if (method == "g_computation") {
      h <- tilt_of(a, NULL, population)
      return(cbind(rows, h * (m$one - rest[1]), h * (m$zero - rest[2])))
    }
    w <- weights_of(a, e, population)
    if (method == "ipw") return(cbind(rows, w$one * (y - rest[1]), w$zero * (y - rest[2])))
    h <- tilt_of(a, e, population)
    cbind(rows, w$one * (y - m$one - rest[1]), w$zero * (y - m$zero - rest[2]),
          h * (m$one + rest[1] - rest[3]), h * (m$zero + rest[2] - rest[4]))
  }
  if (method != "ipw") m <- predict_both(beta)
  if (method != "g_computation") { e <- plogis(c(D %*% gamma)); w <- weights_of(a, e, population) }
  ends <- switch(method,
    g_computation = { h <- tilt_of(a, NULL, population); c(weighted.mean(m$one, h), weighted.mean(m$zero, h)) },
    ipw = c(weighted.mean(y, w$one), weighted.mean(y, w$zero)),
    aipw = {
      h <- tilt_of(a, e, population)
      shift <- c(weighted.mean(y - m$one, w$one), weighted.mean(y - m$zero, w$zero))
      c(shift, weighted.mean(m$one, h) + shift[1], weighted.mean(m$zero, h) + shift[2])
    })
  theta <- c(gamma, beta, ends)
  A <- jacobian(function(t) colSums(psi(t)), theta)
  list(psi = psi(theta), A = A, means = tail(ends, 2))
}
covariance <- function(s, cluster = NULL) {
  rows <- if (is.null(cluster)) s$psi else rowsum(s$psi, cluster)
  bread <- solve(s$A)
  k <- ncol(s$psi)
  (bread %*% crossprod(rows) %*% t(bread))[k - 1:0, k - 1:0]
}
show <- function(tag, name, value, V, gradient, log = FALSE) {
  se <- sqrt(c(t(gradient) %*% V %*% gradient))
  low <- if (log) value * exp(-z * se) else value - z * se
  high <- if (log) value * exp(z * se) else value + z * se
  p <- 2 * pnorm(-abs(if (log) log(value) else value) / se)
  cat(sprintf("%s,%s,%.15g,%.15g,%.15g,%.15g,%.15g\n", tag, name, value, se, low, high, p))
}
report <- function(tag, family, m, V) {
  if (family == "amount") {
    show(tag, "mean_1", m[1], V, c(1, 0)); show(tag, "mean_0", m[2], V, c(0, 1))
    return(show(tag, "mean_difference", m[1] - m[2], V, c(1, -1)))
  }
  odds <- m / (1 - m)
  show(tag, "risk_1", m[1], V, c(1, 0)); show(tag, "risk_0", m[2], V, c(0, 1))
  show(tag, "risk_difference", m[1] - m[2], V, c(1, -1))
  show(tag, "risk_ratio", m[1] / m[2], V, c(1 / m[1], -1 / m[2]), TRUE)
  show(tag, "odds_ratio", odds[1] / odds[2], V, c(1 / (m[1] * (1 - m[1])), -1 / (m[2] * (1 - m[2]))), TRUE)
}
everything <- function(name, d, covariates, interaction) {
  X <- scale(as.matrix(d[covariates])); a <- d$treat
  for (family in c("binary", "amount")) {
    # In thousands, so that the derivative by differences is as exact for amounts as for shares; put back below.
    y <- if (family == "binary") as.numeric(d$re78 > 0) else d$re78 / 1000
    unit <- if (family == "binary") 1 else 1000
    for (method in c("g_computation", "ipw", "aipw")) for (population in c("ATE", "ATT", "ATO")) {
      if (method == "g_computation" && population == "ATO") next
      if (method == "ipw" && interaction) next
      s <- stack(y, a, X, family, method, population, interaction)
      for (clustered in c("none", "educ")) {
        V <- covariance(s, if (clustered == "educ") d$educ)
        tag <- paste(name, family, method, population, if (interaction) "per_arm" else "one", clustered, sep = "/")
        report(tag, family, s$means * unit, V * unit^2)
      }
    }
  }
}

cat("case,contrast,estimate,std_error,conf_low,conf_high,p_value\n")
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv")
cps <- rbind(nsw[nsw$treat == 1, ], read.csv("../../data/open/nsw/cps1_15992.csv"))
wide <- c("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "u74", "u75")
for (name in c("nsw", "cps")) {
  d <- get(name); d$u74 <- as.numeric(d$re74 == 0); d$u75 <- as.numeric(d$re75 == 0)
  everything(name, d, wide, FALSE)
  everything(name, d, c("age", "educ", "black", "nodegree", "re75", "u75"), TRUE)  # fewer: hisp and marr separate an arm
  # A linear outcome model without interaction is a regression, its standard error sandwich's HC0.
  regression <- lm(reformulate(c("treat", wide), "re78"), d)
  for (type in c("HC0", "HC1")) {
    b <- coef(regression)[["treat"]]; se <- sqrt(vcovHC(regression, type)["treat", "treat"])
    cat(sprintf("%s/regression/%s,mean_difference,%.15g,%.15g,%.15g,%.15g,%.15g\n", name, type, b, se, b - z * se, b + z * se,
                2 * pnorm(-abs(b) / se)))
  }
}
