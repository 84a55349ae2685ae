# Splines by Hmisc, entropy weights by survey's raking, matching, subclasses and balance by MatchIt, trimming by hand.
suppressMessages({library(Hmisc); library(survey); library(MatchIt); library(lpSolve)})
cat("key,value\n")
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, as.numeric(value)), sep = "")
tight <- list(epsilon = 1e-15, maxit = 100)

# People without ties, made once.
set.seed(20240101)
n <- 160
p <- data.frame(x1 = rnorm(n), x2 = rexp(n), z = rbinom(n, 1, 0.4))
p$a <- rbinom(n, 1, plogis(-0.9 + 0.6 * p$x1 + 0.3 * p$x2 - 0.4 * p$z))
p$y <- rbinom(n, 1, plogis(-0.4 + 0.7 * p$a + 0.6 * p$x1 - 0.3 * p$x2 + 0.3 * p$z))
p$pay <- 100 + 10 * p$a + 8 * p$x1 + 3 * p$x2 + 5 * p$z + rnorm(n, sd = 6)
p$site <- (seq_len(n) - 1) %% 10
write.csv(format(p, digits = 15), "matching_people.csv", row.names = FALSE, quote = FALSE)
p <- read.csv("matching_people.csv")
stopifnot(!anyDuplicated(p$x1))

for (k in 3:7) {
  basis <- rcspline.eval(p$x2, nk = k, inclx = TRUE)
  knots <- attr(basis, "knots")
  for (j in seq_along(knots)) say(sprintf("knot/%d/%d", k, j), knots[j])
  for (j in seq_len(ncol(basis))) for (i in c(1, 7, 50, 160)) say(sprintf("basis/%d/%d/%d", k, j, i), basis[i, j])
  fit <- glm(a ~ x1 + basis + z, binomial, p, control = tight)
  for (i in c(1, 7, 50, 160)) say(sprintf("spline_score/%d/%d", k, i), fitted(fit)[i])
}

e <- fitted(glm(a ~ x1 + x2 + z, binomial, p, control = tight)); eta <- qlogis(e)
for (arm in 1:0) say(paste0("ess_atc/", arm), { w <- (p$a * (1 - e) / e + (1 - p$a))[p$a == arm]; sum(w)^2 / sum(w^2) })
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv")
cps <- rbind(nsw[nsw$treat == 1, ], read.csv("../../data/open/nsw/cps1_15992.csv"))
entropy <- function(case, X, a, population) {
  for (arm in 1:0) {
    focal <- c(ATT = 1, ATC = 0, ATE = -1)[[population]]
    if (arm == focal) next
    target <- if (focal < 0) colMeans(X) else colMeans(X[a == focal, , drop = FALSE])
    here <- data.frame(scale(X, center = target)[a == arm, , drop = FALSE]); m <- nrow(here)
    frame <- svydesign(~1, weights = rep(1, m), data = here)
    raked <- calibrate(frame, reformulate(names(here)), c(`(Intercept)` = m, setNames(rep(0, ncol(here)), names(here))),
                       calfun = "raking", epsilon = 1e-11, maxit = 500)
    w <- weights(raked)
    for (i in seq(1, m, length.out = 5)) say(sprintf("entropy/%s/%s/%d/%d", case, population, arm, floor(i)), w[floor(i)])
    say(sprintf("entropy/%s/%s/%d/ess", case, population, arm), sum(w)^2 / sum(w^2))
  }
}
for (population in c("ATT", "ATC", "ATE")) entropy("people", as.matrix(p[c("x1", "x2", "z")]), p$a, population)
entropy("cps", as.matrix(cps[c("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")]), cps$treat, "ATT")

balance <- function(key, m) {
  s <- summary(m, interactions = FALSE, un = TRUE)
  for (v in c("x1", "x2", "z")) {
    say(sprintf("%s/ks/%s", key, v), s$sum.all[v, "eCDF Max"])
    say(sprintf("%s/weighted_ks/%s", key, v), s$sum.matched[v, "eCDF Max"])
    if (v != "z") {
      say(sprintf("%s/variance_ratio/%s", key, v), s$sum.all[v, "Var. Ratio"])
      say(sprintf("%s/weighted_variance_ratio/%s", key, v), s$sum.matched[v, "Var. Ratio"])
    }
  }
}
weights_of <- function(key, m) {
  w <- m$weights * ifelse(p$a == 1, 1, sum(m$weights[p$a == 1]) / sum(m$weights[p$a == 0]))
  for (i in seq_len(n)) say(sprintf("%s/w/%d", key, i), w[i])
}
width <- sqrt(mean(tapply(eta, p$a, var)))
# MatchIt 4.5.1 with a plain vector as distance passes by the nearest (21 of these 54); with mahvars it does not.
p$eta <- eta
pairs <- function(key, ...) {
  m <- matchit(a ~ x1 + x2 + z, p, distance = eta, mahvars = ~eta, method = "nearest", std.caliper = FALSE, ...)
  weights_of(key, m); balance(key, m)
  if (!is.null(m$subclass)) for (i in seq_len(n)) {
    mate <- setdiff(which(m$subclass == m$subclass[i]), i); say(sprintf("%s/mate/%d", key, i), if (is.na(m$subclass[i])) -1 else mate - 1)
  }
}
top <- "largest"  # from the highest score down
pairs("nearest", m.order = top); pairs("caliper", m.order = top, caliper = 0.2 * width)
pairs("exact", m.order = top, exact = ~z, caliper = 0.2 * width)
pairs("replace", replace = TRUE)
for (population in c("ATT", "ATC", "ATE")) {
  m <- matchit(a ~ x1 + x2 + z, p, distance = eta, method = "subclass", subclass = 4, estimand = population, min.n = 0)
  for (i in seq_len(n)) say(sprintf("subclass/%s/%d", population, i), as.integer(m$subclass[i]) - 1)
}
# Full matching has no witness in Debian: the smallest sum of distances as an integer programme, on the first forty.
d <- abs(outer(eta[1:40][p$a[1:40] == 1], eta[1:40][p$a[1:40] == 0], "-"))
rows <- nrow(d); columns <- ncol(d)
cover <- rbind(t(sapply(1:rows, function(i) c(t(row(d) == i)))), t(sapply(1:columns, function(j) c(t(col(d) == j)))))
best <- lp("min", c(t(d)), cover * 1, rep(">=", rows + columns), rep(1, rows + columns), all.bin = TRUE)
say("full/distance", best$objval)

crump <- e >= 0.25 & e <= 0.75
common <- e >= max(tapply(e, p$a, min)) & e <= min(tapply(e, p$a, max))
for (arm in 1:0) {
  say(paste0("trim/crump/", arm), sum(!crump & p$a == arm)); say(paste0("trim/common/", arm), sum(!common & p$a == arm))
  w <- (p$a / e + (1 - p$a) / (1 - e)); limit <- quantile(w[p$a == arm], 0.95)
  say(paste0("truncate/limit/", arm), limit); say(paste0("truncate/cut/", arm), sum(w[p$a == arm] > limit))
}
