# Difference in differences with staggered starts, and interrupted series. R twins of group_time, staggered_effects
# (unadjusted, regression, ipw, doubly_robust) after Callaway and Sant'Anna (2021) and Sant'Anna and Zhao (2020), by
# glm and lm; one group and two periods by lm with sandwich's clustered errors; interrupted_series (newey_west) by
# sandwich::NeweyWest and (autoregressive) by nlme::gls, whose covariance takes rho as known: what its estimation adds
# (kenward_roger) is an R twin after Kenward and Roger (1997), in the logarithm of the innovations' variance and rho.
suppressMessages({library(sandwich); library(nlme)})
cat("case,key,value\n")
say <- function(case, key, value) cat(sprintf("%s,%s,%.15g\n", case, key, as.numeric(value)), sep = "")
d <- read.csv("panels.csv")
periods <- sort(unique(d$period)); Y <- matrix(d$y, ncol = length(periods), byrow = TRUE)
u <- d[d$period == 0, ]; n <- nrow(u)
tight <- list(epsilon = 1e-15, maxit = 200)

# One group against its controls: the effect and each unit's influence, term by term as the papers write it.
one <- function(change, D, x, w, how) {
  n <- length(D); X <- if (how == "unadjusted") matrix(1, n, 1) else cbind(1, x)
  out <- rep(0, n); ps <- rep(0.5, n)
  if (how != "ipw") {
    m <- lm(change ~ X - 1, weights = w, subset = D == 0); out <- as.vector(X %*% coef(m))
    ols <- (w * (1 - D) * (change - out) * X) %*% solve(crossprod(X * w * (1 - D), X) / n)
  }
  if (how %in% c("ipw", "doubly_robust")) {
    g <- suppressWarnings(glm(D ~ X - 1, binomial, weights = w, control = tight)); ps <- as.vector(fitted(g))
    logit <- (w * (D - ps) * X) %*% (vcov(g) * n)
  }
  wt <- w * D; wc <- w * ps * (1 - D) / (1 - ps); left <- change - out
  e1 <- sum(wt * left) / sum(wt); e0 <- sum(wc * left) / sum(wc)
  i1 <- wt * (left - e1); i0 <- wc * (left - e0)
  if (how != "ipw") { i1 <- i1 - ols %*% colMeans(wt * X); i0 <- i0 - ols %*% colMeans(wc * X) }
  if (how %in% c("ipw", "doubly_robust")) i0 <- i0 + logit %*% colMeans(wc * (left - e0) * X)
  list(att = e1 - e0, inf = as.vector(i1) / mean(wt) - as.vector(i0) / mean(wc))
}

group_time <- function(how, control, ahead, Y, start, x, w) {
  w <- w / mean(w); n <- length(start); out <- list()
  for (g in sort(unique(start[start > 0]))) for (t in periods) {
    base <- g - 1 - ahead; if (base < 0 || t == base) next
    other <- if (control == "never_treated") start < 0 else start < 0 | (start > max(t, base) + ahead & start != g)
    if (!any(other)) next
    k <- start == g | other
    r <- one(Y[k, t + 1] - Y[k, base + 1], as.numeric(start[k] == g), x[k], w[k], how)
    inf <- rep(0, n); inf[k] <- r$inf * n / sum(k)
    out[[length(out) + 1]] <- list(g = g, t = t, att = r$att, inf = inf)
  }
  list(g = sapply(out, `[[`, "g"), t = sapply(out, `[[`, "t"), att = sapply(out, `[[`, "att"),
       inf = sapply(out, `[[`, "inf"), start = start, w = w)
}
se <- function(inf) sqrt(mean(inf^2) / length(inf))

# Averages: the shares are estimated, so they have a part in the influence.
shares <- function(f, g) colMeans(sapply(g, function(s) f$w * (f$start == s)))
by_share <- function(f, k) {
  g <- f$g[k]; p <- shares(f, g); att <- f$att[k]
  moved <- sapply(seq_along(g), function(j) f$w * (f$start == g[j]) - p[j])
  wif <- moved / sum(p) - rowSums(moved) %o% (p / sum(p)^2)
  list(est = sum(p * att) / sum(p), inf = f$inf[, k, drop = FALSE] %*% (p / sum(p)) + wif %*% att)
}
plain <- function(list_of) list(est = mean(sapply(list_of, `[[`, "est")),
                                inf = rowMeans(sapply(list_of, function(o) as.vector(o$inf))))
averages <- function(f) {
  after <- which(f$t >= f$g); e <- f$t - f$g; out <- list(all = by_share(f, after))
  gs <- sort(unique(f$g[after])); own <- list()
  for (g in gs) { k <- after[f$g[after] == g]; own[[paste0("group=", g)]] <- list(est = mean(f$att[k]), inf = rowMeans(f$inf[, k, drop = FALSE])) }
  cal <- list(); for (t in sort(unique(f$t[after]))) cal[[paste0("calendar=", t)]] <- by_share(f, after[f$t[after] == t])
  ev <- list(); for (s in sort(unique(e))) ev[[paste0("event=", s)]] <- by_share(f, which(e == s))
  p <- shares(f, gs); est <- sapply(own, `[[`, "est")
  moved <- sapply(seq_along(gs), function(j) f$w * (f$start == gs[j]) - p[j])
  wif <- moved / sum(p) - rowSums(moved) %o% (p / sum(p)^2)
  overall <- list(est = sum(p * est) / sum(p), inf = sapply(own, `[[`, "inf") %*% (p / sum(p)) + wif %*% est)
  c(out, own, cal, ev, list("mean=group" = overall, "mean=calendar" = plain(cal), "mean=event" = plain(ev[sort(unique(e)) >= 0])))
}

for (how in c("unadjusted", "regression", "ipw", "doubly_robust")) for (control in c("never_treated", "not_yet_treated")) {
  f <- group_time(how, control, 0, Y, u$start, u$x, u$w); case <- paste("group_time", how, control, sep = "/")
  for (i in which(f$t %in% c(1, 5, 7))) { say(case, sprintf("att:%d:%d", f$g[i], f$t[i]), f$att[i]); say(case, sprintf("se:%d:%d", f$g[i], f$t[i]), se(f$inf[, i])) }
  a <- averages(f); case <- paste("influence", how, control, sep = "/")
  for (k in c("all", "group=4", "calendar=6", "event=-3", "event=2", "mean=group", "mean=calendar", "mean=event")) {
    say(case, paste0("estimate:", k), a[[k]]$est); say(case, paste0("std_error:", k), se(a[[k]]$inf))
  }
}
f <- group_time("doubly_robust", "not_yet_treated", 1, Y, u$start, u$x, rep(1, n)); a <- averages(f)
for (k in c("all", "event=-1", "event=1")) { say("anticipation", paste0("estimate:", k), a[[k]]$est); say("anticipation", paste0("std_error:", k), se(a[[k]]$inf)) }

# Each unit left out in turn; Welch between the units that start and those that never do; the placebos together.
for (how in c("unadjusted", "regression")) {
  est <- function(i) { k <- setdiff(seq_len(n), i); sapply(averages(group_time(how, "never_treated", 0, Y[k, ], u$start[k], u$x[k], rep(1, length(k)))), `[[`, "est") }
  whole <- est(integer(0)); parts <- t(sapply(seq_len(n), est)); moved <- sweep(parts, 2, whole) * sqrt((n - 1) / n)
  case <- paste("leave_one_out", how, sep = "/"); on <- u$start > 0
  welch <- function(m) { v1 <- sum(m[on]^2); v0 <- sum(m[!on]^2); (v1 + v0)^2 / (v1^2 / (sum(abs(m[on]) > 1e-12) - 1) + v0^2 / (sum(abs(m[!on]) > 1e-12) - 1)) }
  for (k in c("all", "group=4", "calendar=5", "event=-2", "event=3", "mean=event")) {
    m <- moved[, k]; s <- sqrt(sum(m^2)); half <- qt(0.975, welch(m)) * s
    say(case, paste0("estimate:", k), whole[k]); say(case, paste0("std_error:", k), s)
    say(case, paste0("conf_low:", k), whole[k] - half); say(case, paste0("p_value:", k), 2 * pt(-abs(whole[k] / s), welch(m)))
  }
  before <- paste0("event=", c(-6:-2)); V <- crossprod(moved[, before]); q <- length(before); b <- whole[before]
  nu <- median(apply(moved[, before], 2, welch)); left <- nu - q + 1
  F <- sum(b * solve(V, b)) * left / (nu * q)
  say(case, "estimate:pre_trend", F); say(case, "p_value:pre_trend", pf(F, q, left, lower.tail = FALSE))
  step <- max(abs(diff(c(b, 0)))); s <- sqrt(sum(moved[, "all"]^2)); ev <- 0:4
  say(case, "estimate:breakdown", max(0, abs(whole["all"]) - qt(0.975, welch(moved[, "all"])) * s) / (step * mean(ev + 1)))
}

# One group, two periods: the plain difference in differences and its clustered error.
two <- d[d$start %in% c(4, -1) & d$period %in% c(3, 4), ]; two$on <- as.numeric(two$start == 4); two$post <- as.numeric(two$period == 4)
m <- lm(y ~ on * post, two); V <- vcovCL(m, cluster = two$unit, type = "HC0", cadjust = FALSE)
say("two_by_two", "estimate", coef(m)["on:post"]); say("two_by_two", "std_error", sqrt(V["on:post", "on:post"]))

# Interrupted series.
s <- read.csv("panels_series.csv"); s$after <- as.numeric(s$t >= 48); s$since <- s$after * (s$t - 48); s$month <- factor(s$t %% 12)
for (j in 1:2) { s[[paste0("s", j)]] <- sin(2 * pi * j * s$t / 12); s[[paste0("c", j)]] <- cos(2 * pi * j * s$t / 12) }
s$gap <- s$y - s$y_0
models <- list(none = y ~ t + after + since, months = y ~ t + after + since + month,
               harmonic = y ~ t + after + since + s1 + c1 + s2 + c2, controlled = gap ~ t + after + since)
tell <- function(case, b, V, df) {
  if (!is.function(df)) { fixed <- df; df <- function(l) fixed }
  e <- rep(0, length(b)); e[3:4] <- c(1, nrow(s) - 48 - 1); L <- list(level_change = c(0, 0, 1, 0), slope_change = c(0, 0, 0, 1), trend_before = c(0, 1, 0, 0))
  L <- c(lapply(L, function(l) c(l, rep(0, length(b) - 4))), list(trend_difference = e))
  for (k in names(L)) { v <- sum(L[[k]] * b); r <- sqrt(sum(L[[k]] * (V %*% L[[k]]))); nu <- df(L[[k]])
    say(case, paste0("estimate:", k), v); say(case, paste0("std_error:", k), r); say(case, paste0("conf_high:", k), v + qt(0.975, nu) * r)
    if (!grepl("newey_west", case)) say(case, paste0("degrees:", k), nu) }
}
# The inverse of the errors' covariance has three diagonals; its derivatives by rho and by log variance are told directly.
small <- function(g, D) {
  n <- nrow(D); r <- as.numeric(coef(g$modelStruct$corStruct, unconstrained = FALSE)); s2 <- g$sigma^2 * (1 - r^2)
  near <- abs(row(diag(n)) - col(diag(n))) == 1; mid <- diag(c(0, rep(1, n - 2), 0))
  A <- (diag(n) + r^2 * mid - r * near) / s2; A1 <- list(-A, (2 * r * mid - near) / s2); V <- solve(A)
  F <- solve(t(D) %*% A %*% D); P <- lapply(A1, function(a) t(D) %*% a %*% D)
  M <- A - A %*% D %*% F %*% t(D) %*% A; V1 <- lapply(A1, function(a) -V %*% a %*% V); tr <- function(m) sum(diag(m))
  W <- solve(0.5 * outer(1:2, 1:2, Vectorize(function(i, j) tr(M %*% V1[[i]] %*% M %*% V1[[j]]))))
  mid <- Reduce(`+`, lapply(1:2, function(i) Reduce(`+`, lapply(1:2, function(j) W[i, j] * (t(D) %*% A1[[i]] %*% V %*% A1[[j]] %*% D - P[[i]] %*% F %*% P[[j]])))))
  list(plain = F, V = F + 2 * F %*% mid %*% F, df = function(l) {
    by <- sapply(P, function(p) -sum(l * (F %*% p %*% F %*% l))); max(1, 2 * sum(l * (F %*% l))^2 / sum(by * (W %*% by))) })
}
for (k in names(models)) {
  m <- lm(models[[k]], s)
  tell(paste0("newey_west/", k), coef(m), NeweyWest(m, lag = 3, prewhite = FALSE, adjust = TRUE), m$df.residual)
  g <- gls(models[[k]], s, correlation = corAR1(0.3, form = ~ t), method = "REML",
           control = glsControl(tolerance = 1e-13, msTol = 1e-14, msMaxIter = 500, maxIter = 500))
  z <- small(g, model.matrix(m)); stopifnot(max(abs(z$plain - vcov(g))) < 1e-9)
  tell(paste0("autoregressive/", k), coef(g), z$V, z$df)
}
