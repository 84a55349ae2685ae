# Numbers needed: the inverse of differences that base R and survival give, on the people of pseudo_strata.R.
suppressMessages(library(survival))
cat("case,key,value\n")
put <- function(case, difference, error) {
  for (v in list(c("est", 1 / difference), c("low", 1 / (difference - qnorm(.975) * error)),
                 c("high", 1 / (difference + qnorm(.975) * error)))) cat(sprintf("%s,%s,%.15g\n", case, v[1], as.numeric(v[2])))
}
i <- 1:240
x <- ((i * 29) %% 91) / 45 - 1; z <- as.numeric((i * 13) %% 7 < 3)
a <- as.numeric(((i * 61) %% 91) / 91 < plogis(.6 * x - .4 * z))
t <- 1 + (i * 37) %% 60; v <- ((i * 53) %% 97) / 97
d <- ifelse(v < .15 + .2 * z, 0, ifelse(v < .65 + .1 * a, 1, 2))
y <- as.numeric(v < .3 + .3 * a + .1 * x)

# g-computation with one model: the sandwich of the stack by numDeriv.
library(numDeriv)
stack <- function(theta) {
  e <- plogis(cbind(1, a, x, z) %*% theta[1:4])[, 1]
  m1 <- plogis(cbind(1, 1, x, z) %*% theta[1:4])[, 1]; m0 <- plogis(cbind(1, 0, x, z) %*% theta[1:4])[, 1]
  cbind((y - e) * cbind(1, a, x, z), m1 - theta[5], m0 - theta[6])
}
fit <- coef(glm(y ~ a + x + z, family = binomial, epsilon = 1e-14, maxit = 100))
theta <- c(fit, mean(plogis(cbind(1, 1, x, z) %*% fit)), mean(plogis(cbind(1, 0, x, z) %*% fit)))
A <- jacobian(function(th) colSums(stack(th)), theta); B <- crossprod(stack(theta))
V <- solve(A) %*% B %*% t(solve(A))
put("g_computation", theta[5] - theta[6], sqrt(V[5, 5] + V[6, 6] - 2 * V[5, 6]))
# Inverse probability weights, Hajek, score in the stack.
weighed <- function(theta) {
  e <- plogis(cbind(1, x, z) %*% theta[1:3])[, 1]
  cbind((a - e) * cbind(1, x, z), a / e * (y - theta[4]), (1 - a) / (1 - e) * (y - theta[5]))
}
fit <- coef(glm(a ~ x + z, family = binomial, epsilon = 1e-14, maxit = 100)); e <- plogis(cbind(1, x, z) %*% fit)[, 1]
theta <- c(fit, sum(a / e * y) / sum(a / e), sum((1 - a) / (1 - e) * y) / sum((1 - a) / (1 - e)))
A <- jacobian(function(th) colSums(weighed(th)), theta); B <- crossprod(weighed(theta))
V <- solve(A) %*% B %*% t(solve(A))
put("ipw", theta[4] - theta[5], sqrt(V[4, 4] + V[5, 5] - 2 * V[4, 5]))
# Curves by day 30, as they are.
several <- summary(survfit(Surv(t, factor(d, 0:2)) ~ a), times = 30)
put("aalen_johansen", diff(several$pstate[, 2]), sqrt(sum(several$std.err[, 2]^2)))
one <- summary(survfit(Surv(t, d > 0) ~ a), times = 30)
put("kaplan_meier", -diff(one$surv), sqrt(sum(one$std.err^2)))
