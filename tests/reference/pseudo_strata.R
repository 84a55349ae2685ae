# Pseudo-values within strata by survival's own pseudo(), and the doubly robust mean of them by hand.
suppressMessages(library(survival))
cat("case,key,value\n")
i <- 1:240
x <- ((i * 29) %% 91) / 45 - 1; z <- as.numeric((i * 13) %% 7 < 3)
a <- as.numeric(((i * 61) %% 91) / 91 < plogis(.6 * x - .4 * z))
t <- 1 + (i * 37) %% 60; v <- ((i * 53) %% 97) / 97
d <- ifelse(v < .15 + .2 * z, 0, ifelse(v < .65 + .1 * a, 1, 2))
value <- matrix(NA, 240, 2)
for (arm in 0:1) for (stratum in 0:1) {
  s <- a == arm & z == stratum
  mine <- data.frame(t = t[s], d = factor(d[s], 0:2), any = d[s] > 0)
  value[s, 1] <- pseudo(survfit(Surv(t, d) ~ 1, data = mine), times = 45, type = "pstate")[, 2]
  value[s, 2] <- pseudo(survfit(Surv(t, any) ~ 1, data = mine), times = 45, type = "rmst")
}
for (k in 1:240) cat(sprintf("risk,%d,%.15g\nrmst,%d,%.15g\n", k, value[k, 1], k, value[k, 2]))
# AIPW for everyone: a line in each arm, a logistic score; the point estimate needs no stack.
e <- fitted(glm(a ~ x + z, family = binomial, epsilon = 1e-14, maxit = 100))
for (m in 1:2) {
  y <- value[, m]; X <- data.frame(x, z)
  m1 <- predict(lm(y ~ x + z, subset = a == 1), X); m0 <- predict(lm(y ~ x + z, subset = a == 0), X)
  w1 <- a / e; w0 <- (1 - a) / (1 - e)
  one <- mean(m1) + sum(w1 * (y - m1)) / sum(w1); zero <- mean(m0) + sum(w0 * (y - m0)) / sum(w0)
  cat(sprintf("aipw_%s,one,%.15g\naipw_%s,zero,%.15g\n", c("risk", "rmst")[m], one, c("risk", "rmst")[m], zero))
}
