# Missing outcomes: mice for Rubin's rules and for chained equations, the weights' sandwich written out.
suppressMessages(library(mice))
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

q <- c(.12, .19, .08, .15, .11); u <- c(.0031, .0028, .0035, .003, .0029)
for (n in c(60, 400, Inf)) {
  p <- pool.scalar(q, u, n = n, k = 2, rule = "rubin1987")
  put(sprintf("rubin_%g", n), estimate = p$qbar, std_error = sqrt(p$t), within = p$ubar, between = p$b, df = p$df,
      missing_information = p$fmi)
}

i <- 1:120
a <- as.numeric(i %% 2 == 0); x <- ((i * 37) %% 101) / 50 - 1; z <- as.numeric((i * 13) %% 7 < 3)
y <- as.numeric(((i * 53) %% 97) / 97 < .3 + .2 * a + .1 * x)
known <- as.numeric(((i * 29) %% 89) / 89 < .75 + .15 * x - .1 * z)
risk <- function(arm) {  # the stack of the model of being seen and the weighted mean, its sandwich in closed form
  s <- a == arm
  fit <- glm(known[s] ~ x[s] + z[s], family = binomial, epsilon = 1e-14, maxit = 100)
  Z <- model.matrix(fit); e <- fitted(fit); w <- known[s] / e; m <- sum(w * y[s]) / sum(w)
  score <- Z * (known[s] - e)
  A <- t(Z) %*% (Z * e * (1 - e))
  cross <- colSums(Z * (-known[s] * (1 - e) / e) * (y[s] - m))
  influence <- (w * (y[s] - m) + score %*% solve(A, cross)) / sum(w)
  c(m, sqrt(sum(influence^2)))
}
r1 <- risk(1); r0 <- risk(0)
put("attrition", risk_1 = r1[1], risk_1.std_error = r1[2], risk_0 = r0[1], risk_0.std_error = r0[2],
    risk_difference = r1[1] - r0[1], risk_difference.std_error = sqrt(r1[2]^2 + r0[2]^2),
    risk_ratio = r1[1] / r0[1], risk_ratio.std_error = sqrt((r1[2] / r1[1])^2 + (r0[2] / r0[1])^2))

seen <- function(arm) { s <- a == arm & known == 1; c(sum(y[s]), sum(s), sum(a == arm)) }
mix <- function(arm, shift) {
  k <- seen(arm); p <- k[1] / k[2]; f <- k[2] / k[3]; s <- p + shift / 100
  inside <- s > 0 && s < 1
  c(f * p + (1 - f) * min(max(s, 0), 1), (f + (1 - f) * inside)^2 * p * (1 - p) / k[2])
}
for (one in c(-100, -10, 0, 20)) for (two in c(0, 15)) {
  m1 <- mix(1, one); m0 <- mix(0, two); se <- sqrt(m1[2] + m0[2]); d <- m1[1] - m0[1]
  put(sprintf("tipping_%g_%g", one, two), estimate = d, low = d - qnorm(.975) * se, high = d + qnorm(.975) * se,
      p_value = 2 * pnorm(-abs(d / se)))
}

# Chained equations: 400 sets, so that the Monte Carlo error of what is pooled is small; our own sets are as many.
d <- read.csv("missing_data.csv")
d$job <- factor(d$job); d$school <- factor(d$school)
imp <- mice(d, m = 400, maxit = 10, seed = 11, printFlag = FALSE,
            method = c(arm = "", age = "", health = "norm", months = "pmm", school = "polyreg", job = "logreg"))
put("mice", health = mean(sapply(1:400, function(k) mean(complete(imp, k)$health))),
    health.between = var(sapply(1:400, function(k) mean(complete(imp, k)$health))),
    months = mean(sapply(1:400, function(k) mean(complete(imp, k)$months))),
    months.between = var(sapply(1:400, function(k) mean(complete(imp, k)$months))),
    school = mean(sapply(1:400, function(k) mean(complete(imp, k)$school == 2))),
    school.between = var(sapply(1:400, function(k) mean(complete(imp, k)$school == 2))),
    job = mean(sapply(1:400, function(k) mean(complete(imp, k)$job == 1))),
    job.between = var(sapply(1:400, function(k) mean(complete(imp, k)$job == 1))))
fits <- lapply(1:400, function(k) summary(lm(as.numeric(job == 1) ~ arm + age + health, complete(imp, k)))$coefficients)
b <- sapply(fits, function(f) f["arm", 1]); v <- sapply(fits, function(f) f["arm", 2]^2)
p <- pool.scalar(b, v, n = 300, k = 4)
put("mice", arm = p$qbar, arm.between = p$b, arm.std_error = sqrt(p$t))
