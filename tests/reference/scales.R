# Scales between two arms: nlme, sandwich, clubSandwich, gee, geepack; Satterthwaite's degrees of freedom and the
# small-sample variances of GEE are written here from the papers. The people stand in scales_people.csv.
suppressMessages({library(nlme); library(numDeriv); library(sandwich); library(clubSandwich); library(gee)
  library(geepack)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
people <- read.csv(file.path(here, "scales_people.csv"))
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")
occasions <- c("m3", "m6", "m12")

# --- MMRM. Everybody with a later score; first score and covariates centred over them.
long_of <- function(wide, occasions, covariates) {
  wide <- wide[rowSums(!is.na(wide[occasions])) > 0, ]
  wide$first <- wide$first - mean(wide$first)
  for (name in covariates) wide[[name]] <- wide[[name]] - mean(wide[[name]])
  rows <- do.call(rbind, lapply(seq_along(occasions), function(j)
    data.frame(wide[c("id", "arm", "first", "x1", "x2", "site")], place = j, y = wide[[occasions[j]]])))
  rows <- rows[!is.na(rows$y), ]
  rows$occ <- factor(rows$place)
  rows[order(rows$id, rows$place), ]
}

reml <- function(long, X, k) {  # the restricted likelihood over the log-Cholesky root, and Newton to its top
  ids <- split(seq_len(nrow(long)), long$id)
  sigma_of <- function(theta) {
    L <- matrix(0, k, k); L[lower.tri(L, diag = TRUE)] <- theta; diag(L) <- exp(diag(L)); L %*% t(L)
  }
  parts <- function(theta) {
    S <- sigma_of(theta); A <- 0; b <- 0; ld <- 0
    for (i in ids) {
      W <- solve(S[long$place[i], long$place[i], drop = FALSE])
      A <- A + t(X[i, , drop = FALSE]) %*% W %*% X[i, , drop = FALSE]
      b <- b + t(X[i, , drop = FALSE]) %*% W %*% long$y[i]
      ld <- ld - log(det(W))
    }
    list(A = A, beta = solve(A, b), ld = ld, S = S)
  }
  minus2 <- function(theta) {
    p <- parts(theta); r <- long$y - X %*% p$beta; q <- 0
    for (i in ids) q <- q + sum(r[i] * solve(p$S[long$place[i], long$place[i], drop = FALSE], r[i]))
    (nrow(X) - ncol(X)) * log(2 * pi) + p$ld + log(det(p$A)) + q
  }
  list(parts = parts, minus2 = minus2, sigma_of = sigma_of)
}

mmrm_case <- function(case, wide, occasions, formula, covariates) {
  k <- length(occasions)
  long <- long_of(wide, occasions, covariates)
  fit <- gls(formula, long, correlation = corSymm(form = ~ place | id), weights = varIdent(form = ~ 1 | occ),
             control = glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 1000, opt = "optim",
                                  optimMethod = "BFGS"))
  X <- model.matrix(formula, long); twin <- reml(long, X, k)
  sd <- fit$sigma * coef(fit$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)[as.character(seq_len(k))]
  R <- diag(k); R[lower.tri(R)] <- coef(fit$modelStruct$corStruct, unconstrained = FALSE); R <- R + t(R) - diag(k)
  L <- t(chol(diag(sd) %*% R %*% diag(sd))); diag(L) <- log(diag(L)); theta <- L[lower.tri(L, diag = TRUE)]
  for (step in 1:6) theta <- theta - solve(hessian(twin$minus2, theta), grad(twin$minus2, theta))
  p <- twin$parts(theta); Phi <- solve(p$A); A <- 2 * solve(hessian(twin$minus2, theta))
  arms <- grep("arm", colnames(X))
  put(case, log_lik_gls = as.numeric(logLik(fit)), log_lik = -twin$minus2(theta) / 2)
  for (j in seq_len(k)) {
    at <- arms[j]; v <- Phi[at, at]
    g <- grad(function(one) solve(twin$parts(one)$A)[at, at], theta)
    put(paste0(case, "_", j), estimate = p$beta[at], std_error = sqrt(v), df = 2 * v^2 / c(t(g) %*% A %*% g),
        estimate_gls = coef(fit)[[at]], std_error_gls = sqrt(vcov(fit)[at, at]))
  }
  for (j in seq_len(k)) for (l in seq_len(j)) put(paste(case, "between", j, l, sep = "_"), value = p$S[j, l])
}
one <- y ~ 0 + occ + occ:arm + occ:first + x1 + x2
mmrm_case("mmrm", people, occasions, one, c("x1", "x2"))
mmrm_case("mmrm_two", people[1:26, ], c("m6", "m12"), y ~ 0 + occ + occ:arm + occ:first, character())

# --- ANCOVA of the last score among those who have it.
last <- people[!is.na(people$m12), ]
for (name in c("first", "x1", "x2")) last[[paste0("c_", name)]] <- last[[name]] - mean(last[[name]])
told <- function(case, fit, V, df = df.residual(fit)) {
  b <- coef(fit)[["arm"]]; s <- sqrt(V["arm", "arm"])
  put(case, estimate = b, std_error = s, low = b - qt(0.975, df) * s, high = b + qt(0.975, df) * s,
      p_value = 2 * pt(-abs(b / s), df), df = df)
}
plain <- lm(m12 ~ arm + first + x1 + x2, last)
told("ancova_classical", plain, vcov(plain))
for (kind in c("HC2", "HC3")) told(paste0("ancova_", kind), plain, vcovHC(plain, type = kind))
lin <- lm(m12 ~ arm * (c_first + c_x1 + c_x2), last)
told("ancova_lin", lin, vcovHC(lin, type = "HC2"))
v <- vcovCR(plain, cluster = last$site, type = "CR2")
told("ancova_cr2", plain, v, coef_test(plain, v, test = "Satterthwaite", coefs = "arm")$df_Satt)

# --- GEE. The correlation by moments with the coefficients counted off (Liang and Zeger 1986); the sandwich and its
# small-sample forms: residuals through (I - H)^-1 (Mancl and DeRouen 2001) and (I - H)^-1/2 (Kauermann and Carroll
# 2001).
twin_gee <- function(long, X, k, working, binary) {
  ids <- split(seq_len(nrow(long)), long$id); N <- nrow(X); q <- ncol(X)
  mean_of <- function(b) if (binary) plogis(X %*% b) else X %*% b
  var_of <- function(m) if (binary) m * (1 - m) else rep(1, length(m))
  b <- if (binary) coef(glm(long$y ~ 0 + X, family = binomial, control = list(epsilon = 1e-14))) else
    coef(lm(long$y ~ 0 + X))
  R <- diag(k)
  for (step in 1:400) {
    m <- c(mean_of(b)); v <- c(var_of(m)); e <- (long$y - m) / sqrt(v); phi <- sum(e^2) / (N - q)
    if (working == "exchangeable") {
      pairs <- sum(sapply(ids, function(i) length(i) * (length(i) - 1) / 2))
      s <- sum(sapply(ids, function(i) (sum(e[i])^2 - sum(e[i]^2)) / 2))
      R[] <- s / phi / (pairs - q); diag(R) <- 1
    }
    if (working == "unstructured") {
      C <- matrix(0, k, k); n <- C
      for (i in ids) { p <- long$place[i]; C[p, p] <- C[p, p] + outer(e[i], e[i]); n[p, p] <- n[p, p] + 1 }
      C <- C / (n - q); R <- C / sqrt(outer(diag(C), diag(C)))
    }
    A <- 0; u <- 0
    for (i in ids) {
      D <- v[i] * X[i, , drop = FALSE]; if (!binary) D <- X[i, , drop = FALSE]
      W <- solve(outer(sqrt(v[i]), sqrt(v[i])) * R[long$place[i], long$place[i], drop = FALSE])
      A <- A + t(D) %*% W %*% D; u <- u + t(D) %*% W %*% (long$y[i] - m[i])
    }
    move <- solve(A, u); b <- b + c(move)
    if (max(abs(move)) < 1e-13) break
  }
  sandwich_of <- function(power) {
    M <- 0; m <- c(mean_of(b)); v <- c(var_of(m))
    for (i in ids) {
      D <- if (binary) v[i] * X[i, , drop = FALSE] else X[i, , drop = FALSE]
      W <- solve(outer(sqrt(v[i]), sqrt(v[i])) * R[long$place[i], long$place[i], drop = FALSE])
      H <- D %*% solve(A) %*% t(D) %*% W; r <- long$y[i] - m[i]
      if (power == 1) r <- solve(diag(length(i)) - H, r)
      if (power == 0.5) { e <- eigen(diag(length(i)) - H); r <- Re(e$vectors %*% (solve(e$vectors, r) / sqrt(e$values))) }
      s <- t(D) %*% W %*% r; M <- M + s %*% t(s)
    }
    solve(A) %*% M %*% solve(A)
  }
  list(b = b, robust = sandwich_of(0), mancl = sandwich_of(1), kauermann = sandwich_of(0.5), R = R)
}
long <- long_of(people, occasions, c("x1", "x2")); X <- model.matrix(one, long); arms <- grep("arm", colnames(X))
for (working in c("independence", "exchangeable", "unstructured")) {
  f <- twin_gee(long, X, 3, working, FALSE)
  for (j in 1:3) put(paste("gee", working, j, sep = "_"), estimate = f$b[[arms[j]]],
    robust = sqrt(f$robust[arms[j], arms[j]]), mancl_derouen = sqrt(f$mancl[arms[j], arms[j]]),
    kauermann_carroll = sqrt(f$kauermann[arms[j], arms[j]]))
}
invisible(capture.output(suppressMessages({
  g <- gee(one, id = id, data = long, corstr = "exchangeable", tol = 1e-12, maxiter = 400, silent = TRUE)
  i <- geeglm(one, id = id, data = long, corstr = "independence")
})))
put("gee_package", estimate = coef(g)[[arms[3]]], robust = sqrt(g$robust.variance[arms[3], arms[3]]))
put("geepack", estimate = coef(i)[[arms[3]]], robust = sqrt(vcov(i)[arms[3], arms[3]]))

# Yes or no at each occasion: better by five points or more. The share if everybody were in an arm, minus that if
# nobody were; its error by the delta method with the covariates as they are.
yes <- people; for (name in occasions) yes[[name]] <- as.numeric(people[[name]] - people$first >= 5)
long <- long_of(yes, occasions, c("x1", "x2")); X <- model.matrix(one, long); arms <- grep("arm", colnames(X))
own <- yes[rowSums(!is.na(yes[occasions])) > 0, ]
for (name in c("first", "x1", "x2")) own[[name]] <- own[[name]] - mean(own[[name]])
for (working in c("independence", "exchangeable", "unstructured")) {
  f <- twin_gee(long, X, 3, working, TRUE)
  for (j in 1:3) {
    everyone <- transform(own, occ = factor(j, levels = 1:3), y = 0)
    share <- function(b) {
      at <- function(value) { everyone$arm <- value; mean(plogis(model.matrix(one, everyone) %*% b)) }
      at(1) - at(0)
    }
    d <- grad(share, f$b)
    put(paste("yes", working, j, sep = "_"), estimate = share(f$b), robust = sqrt(c(d %*% f$robust %*% d)),
        mancl_derouen = sqrt(c(d %*% f$mancl %*% d)), kauermann_carroll = sqrt(c(d %*% f$kauermann %*% d)))
  }
}
invisible(capture.output(suppressMessages(
  i <- geeglm(one, id = id, data = long, family = binomial, corstr = "independence"))))
put("yes_geepack", log_odds = coef(i)[[arms[3]]], robust = sqrt(vcov(i)[arms[3], arms[3]]))

# --- Responders at the last occasion, and what regression to the mean alone would give.
r <- tapply(last$m12 - last$first >= 5, last$arm, sum); n <- table(last$arm)
w1 <- prop.test(r[["1"]], n[["1"]], correct = FALSE)$conf.int; w0 <- prop.test(r[["0"]], n[["0"]], correct = FALSE)$conf.int
p1 <- r[["1"]] / n[["1"]]; p0 <- r[["0"]] / n[["0"]]
put("responders_newcombe", estimate = p1 - p0, low = p1 - p0 - sqrt((p1 - w1[1])^2 + (w0[2] - p0)^2),
    high = p1 - p0 + sqrt((w1[2] - p1)^2 + (p0 - w0[1])^2))
# Miettinen and Nurminen (1985), the restricted shares by the likelihood's maximum.
excess <- function(d) {
  best <- optimize(function(q) r[["1"]] * log(q + d) + (n[["1"]] - r[["1"]]) * log(1 - q - d) + r[["0"]] * log(q) +
                     (n[["0"]] - r[["0"]]) * log(1 - q), c(max(0, -d), min(1, 1 - d)), maximum = TRUE, tol = 1e-12)
  q0 <- best$maximum; q1 <- q0 + d; N <- sum(n)
  (p1 - p0 - d)^2 - qnorm(0.975)^2 * N / (N - 1) * (q1 * (1 - q1) / n[["1"]] + q0 * (1 - q0) / n[["0"]])
}
put("responders_miettinen_nurminen", low = uniroot(excess, c(-0.9, p1 - p0), tol = 1e-12)$root,
    high = uniroot(excess, c(p1 - p0, 0.9), tol = 1e-12)$root)
drift <- t.test((1 - 0.7) * (55 - last$first)); beyond <- t.test(last$m12 - (55 + 0.7 * (last$first - 55)))
put("drift", estimate = unname(drift$estimate), low = drift$conf.int[1], high = drift$conf.int[2])
put("beyond", estimate = unname(beyond$estimate), low = beyond$conf.int[1], high = beyond$conf.int[2],
    p_value = beyond$p.value)
