# Clusters: clubSandwich's CR2, the wild bootstrap and the permutation of sites by trying every pattern with lm, and
# leave-one-cluster-out refits of g-computation, weights and both.
suppressMessages({library(clubSandwich); library(sandwich)})
cat("case,key,value\n")
say <- function(case, key, value) cat(sprintf("%s,%s,%.15g\n", case, key, as.numeric(value)), sep = "")
p <- read.csv("matching_people.csv")
nsw <- read.csv("../../data/open/nsw/nsw_dw445.csv"); nsw$y <- as.numeric(nsw$re78 > 0)
tight <- list(epsilon = 1e-15, maxit = 100)

cr2 <- function(case, formula, d, cluster, arm, w = NULL) {
  d$w <- if (is.null(w)) 1 else w
  m <- lm(formula, d, weights = w)
  V <- vcovCR(m, cluster = cluster, type = "CR2", target = rep(1, nrow(d)), inverse_var = FALSE)
  test <- coef_test(m, V, test = "Satterthwaite"); i <- which(names(coef(m)) == arm)
  df <- if ("df_Satt" %in% names(test)) test$df_Satt[i] else test$df[i]
  b <- coef(m)[[arm]]; se <- sqrt(V[i, i]); half <- qt(0.975, df) * se
  for (x in list(list("estimate", b), list("std_error", se), list("degrees", df), list("conf_low", b - half),
                 list("conf_high", b + half), list("p_value", 2 * pt(-abs(b) / se, df)))) say(case, x[[1]], x[[2]])
}
e <- fitted(glm(a ~ x1 + x2 + z, binomial, p, control = tight)); w <- ifelse(p$a == 1, 1 / e, 1 / (1 - e))
cr2("cr2/people/binary", y ~ a + x1 + x2 + z, p, p$site, "a")
cr2("cr2/people/amount", pay ~ a + x1 + x2 + z, p, p$site, "a")
cr2("cr2/people/weighted", y ~ a, p, p$site, "a", w)
cr2("cr2/nsw/binary", y ~ treat + age + educ + black + nodegree, nsw, nsw$age, "treat")

# The share of sign patterns with a t statistic as far out; the limits by bisection of the same share.
walk <- function(p_of, estimate, step, side) {
  inside <- estimate; reach <- step
  repeat { outside <- estimate + side * reach; if (p_of(outside) <= 0.05 + 1e-12) break; inside <- outside; reach <- 2 * reach }
  while (abs(outside - inside) > 1e-9 * step) {
    middle <- (inside + outside) / 2; if (p_of(middle) <= 0.05 + 1e-12) outside <- middle else inside <- middle
  }
  (inside + outside) / 2
}
signs <- as.matrix(expand.grid(rep(list(c(1, -1)), 10)))
wild <- function(case, y, w) {
  sites <- sort(unique(p$site)); g <- match(p$site, sites)
  X <- cbind(1, p$x1, p$x2, p$z) * sqrt(w); D <- cbind(X, p$a * sqrt(w))
  t_of <- function(v, null) {  # cluster-robust t of the arm, one column of outcomes a replicate
    fit <- lm.fit(D, v); s <- as.matrix(fit$residuals); inverse <- solve(crossprod(D)); b <- as.matrix(fit$coefficients)[5, ]
    meat <- sapply(seq_len(ncol(s)), function(j) { u <- rowsum(D * s[, j], g); (inverse %*% crossprod(u) %*% inverse)[5, 5] })
    (b - null) / sqrt(meat)
  }
  p_of <- function(null) {
    under <- lm.fit(X, (y - null * p$a) * sqrt(w))
    replicates <- sapply(seq_len(nrow(signs)), function(r) under$fitted.values + under$residuals * signs[r, g])
    drawn <- abs(t_of(replicates, 0)); observed <- abs(t_of(as.matrix((y - null * p$a) * sqrt(w)), 0))
    mean(drawn >= observed * (1 - 1e-9))
  }
  b <- lm.fit(D, y * sqrt(w))$coefficients[5]; step <- 0.05 * diff(range(y))
  say(case, "estimate", b); say(case, "p_value", p_of(0))
  say(case, "conf_low", walk(p_of, b, step, -1)); say(case, "conf_high", walk(p_of, b, step, 1))
}
wild("wild/binary", p$y, rep(1, nrow(p))); wild("wild/weighted", p$pay, w)

# Sites 0, 2, 5, 7 and 8 as if they had been assigned; every choice of five.
permute <- function(case, y) {
  m <- tapply(y, p$site, mean); observed <- c(1, 3, 6, 8, 9); ways <- combn(10, 5)
  difference <- function(m, who) mean(m[who]) - mean(m[-who])
  p_of <- function(null) {
    v <- m; v[observed] <- v[observed] - null
    mean(abs(apply(ways, 2, function(who) difference(v, who))) >= abs(difference(v, observed)) - 1e-9)
  }
  b <- difference(m, observed); say(case, "estimate", b); say(case, "p_value", p_of(0))
  say(case, "std_error", sqrt(var(m[observed]) / 5 + var(m[-observed]) / 5))
  for (side in c(-1, 1)) say(case, if (side < 0) "conf_low" else "conf_high", walk(p_of, b, diff(range(m)), side))
}
permute("permutation/binary", p$y); permute("permutation/amount", p$pay)

# Leave one cluster out, everything fitted anew.
means <- function(d, y, method, population, kind) {
  d$v <- d[[y]]
  fam <- if (kind == "binary") binomial() else gaussian()
  e <- fitted(glm(a ~ x1 + x2 + z, binomial, d, control = tight)); o <- e / (1 - e)
  h <- switch(population, ATE = 1 + 0 * e, ATT = d$a, ATC = 1 - d$a, ATO = e * (1 - e))
  w1 <- d$a * switch(population, ATE = 1 / e, ATT = 1, ATC = 1 / o, ATO = 1 - e)
  w0 <- (1 - d$a) * switch(population, ATE = 1 / (1 - e), ATT = o, ATC = 1, ATO = e)
  if (method == "ipw") return(c(weighted.mean(d$v, w1), weighted.mean(d$v, w0)))
  m <- glm(v ~ x1 + x2 + z + a, fam, d, control = tight)
  m1 <- predict(m, transform(d, a = 1), type = "response"); m0 <- predict(m, transform(d, a = 0), type = "response")
  if (method == "g_computation") return(c(weighted.mean(m1, h), weighted.mean(m0, h)))
  c(weighted.mean(m1, h) + weighted.mean(d$v - m1, w1), weighted.mean(m0, h) + weighted.mean(d$v - m0, w0))
}
for (kind in c("binary", "amount")) for (method in c("g_computation", "ipw", "aipw")) for (population in c("ATE", "ATT", "ATC", "ATO")) {
  if (method == "g_computation" && population == "ATO") next
  y <- if (kind == "binary") "y" else "pay"
  whole <- means(p, y, method, population, kind)
  moved <- sapply(sort(unique(p$site)), function(s) means(p[p$site != s, ], y, method, population, kind) - whole)
  V <- 0.9 * moved %*% t(moved); b <- whole[1] - whole[2]; se <- sqrt(V[1, 1] + V[2, 2] - 2 * V[1, 2]); half <- qt(0.975, 9) * se
  case <- paste("jackknife", kind, method, population, sep = "/")
  for (x in list(list("estimate", b), list("std_error", se), list("conf_low", b - half), list("conf_high", b + half),
                 list("p_value", 2 * pt(-abs(b) / se, 9)))) say(case, x[[1]], x[[2]])
  if (kind == "binary") {
    g <- c(1 / whole[1], -1 / whole[2]); s <- sqrt(c(g %*% V %*% g))
    say(case, "ratio_std_error", s); say(case, "ratio_conf_high", whole[1] / whole[2] * exp(qt(0.975, 9) * s))
  }
}

# An arm's own share, mean and rate without each of the arm's clusters in turn; the degrees of freedom of a plain
# difference between the arms, which come from how people lie in clusters alone.
crude <- function(case, d, f, how) {
  sites <- sort(unique(d$site)); G <- length(sites); whole <- f(d)
  left <- sapply(sites, function(s) f(d[d$site != s, ]))
  if (how == "log") left <- log(left)
  se <- sqrt((G - 1) / G * sum((left - if (how == "log") log(whole) else whole)^2)); half <- qt(0.975, G - 1) * se
  ends <- switch(how, identity = whole + c(-1, 1) * half, log = whole * exp(c(-1, 1) * half),
                 logit = plogis(qlogis(whole) + c(-1, 1) * half / (whole * (1 - whole))))
  for (x in list(list("estimate", whole), list("std_error", se), list("conf_low", ends[1]), list("conf_high", ends[2])))
    say(case, x[[1]], x[[2]])
}
p$days <- 100 + 10 * seq_len(nrow(p)) %% 365
for (arm in c(1, 0)) {
  own <- p[p$a == arm, ]
  crude(paste0("crude/risk_", arm), own, function(d) mean(d$y), "logit")
  crude(paste0("crude/mean_", arm), own, function(d) mean(d$pay), "identity")
  crude(paste0("crude/rate_", arm), own, function(d) 365.25 * sum(d$y) / sum(d$days), "log")
}
for (case in c("site", "assigned", "uneven")) {
  g <- if (case == "uneven") ifelse(seq_len(nrow(p)) <= 90, 0, p$site) else p$site
  arm <- if (case == "assigned") as.numeric(p$site %in% c(0, 2, 5, 7, 8)) else p$a
  m <- lm(p$y ~ arm); V <- vcovCR(m, cluster = g, type = "CR2")
  test <- coef_test(m, V, test = "Satterthwaite"); i <- which(names(coef(m)) == "arm")
  say(paste0("contrast/", case), "degrees", if ("df_Satt" %in% names(test)) test$df_Satt[i] else test$df[i])
}
