# Planning, unit costs, event counts and recommendations: base R, kappa by its published variance.
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

for (p in list(c(.46, .11), c(.4, .2), c(.3, .2), c(.55, .5), c(.1, .02))) for (power in c(.8, .9)) {
  n <- power.prop.test(p1 = p[2], p2 = p[1], power = power, tol = 1e-14)$n
  put(sprintf("size_%g_%g_%g", p[1], p[2], power), n = n)
}
for (n in c(20, 42, 150)) put(sprintf("power_0.4_0.2_%g", n), power = power.prop.test(n = n, p1 = .2, p2 = .4)$power)
for (n in c(30, 42, 200)) {
  found <- power.prop.test(n = n, p1 = .2, power = .8, tol = 1e-14)$p2
  put(sprintf("detect_0.2_%g", n), difference = found - .2)
}

first <- function(n, target) {  # the fewest that a one-sided exact test at 5 % calls more than the target
  for (k in 0:n) if (binom.test(k, n, target, alternative = "greater")$p.value < .05) return(k)
  NA
}
for (n in c(20, 30, 42, 60, 100)) for (target in c(.5, .1)) {
  k <- first(n, target)
  put(sprintf("target_%g_%g", n, target), count = k, power = sum(dbinom(k:n, n, target + .15)))
}
enough <- sapply(1:600, function(n) {  # power of the exact test of half when six of ten succeed
  k <- qbinom(.95, n, .5) + 1
  pbinom(k - 1, n, .6, lower.tail = FALSE) >= .8
})
put("size_target_0.5_0.6", n = max(which(!enough)) + 1)

for (x in c(0, 1, 15, 240)) {
  limits <- poisson.test(x)$conf.int
  put(sprintf("count_%g", x), low = limits[1], high = limits[2])
}
limits <- poisson.test(15, T = 302.5)$conf.int
put("rate_15_302.5", estimate = 15 / 302.5, low = limits[1], high = limits[2])

share <- binom.test(21, 42)$conf.int
put("cost_2923526_21_42", person = 2923526 / 42, success = 2923526 / 21,
    low = 2923526 / (42 * share[2]), high = 2923526 / (42 * share[1]))
put("budget", share = 187394 / 398710)

wilson <- function(x, n) prop.test(x, n, correct = FALSE)$conf.int
table <- c(both = 14, said = 7, did = 4, neither = 17)
put("advice", sensitivity = 14 / 18, sensitivity.low = wilson(14, 18)[1], sensitivity.high = wilson(14, 18)[2],
    advised = 21 / 42, advised.low = wilson(21, 42)[1], advised.high = wilson(21, 42)[2],
    specificity = 17 / 24, specificity.low = wilson(17, 24)[1], predictive_value_yes = 14 / 21,
    predictive_value_no = 17 / 21, predictive_value_no.high = wilson(17, 21)[2])
# Fleiss, Cohen and Everitt (1969), equation 13, written out cell by cell.
p <- matrix(c(17, 4, 7, 14), 2, byrow = TRUE) / 42
e <- sum(rowSums(p) * colSums(p)); k <- (sum(diag(p)) - e) / (1 - e)
v <- 0
for (i in 1:2) for (j in 1:2) {
  v <- v + if (i == j) p[i, i] * ((1 - e) - (colSums(p)[i] + rowSums(p)[i]) * (1 - sum(diag(p))))^2 else
    (1 - sum(diag(p)))^2 * p[i, j] * (colSums(p)[i] + rowSums(p)[j])^2
}
v <- (v - (sum(diag(p)) * e - 2 * e + sum(diag(p)))^2) / (42 * (1 - e)^4)
put("advice", kappa = k, kappa.std_error = sqrt(v))

said <- (1:60 * 37) %% 61 / 61
did <- as.numeric((1:60 * 17) %% 59 / 59 < said * .7 + .2)
fit <- summary(glm(did ~ qlogis(said), family = binomial, epsilon = 1e-14, maxit = 100))$coefficients
put("calibration", intercept = fit[1, 1], intercept.std_error = fit[1, 2], slope = fit[2, 1],
    slope.std_error = fit[2, 2])
