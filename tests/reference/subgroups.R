# Groups: interaction by glm, lm and sandwich; heterogeneity by metafor; Holm and Benjamini-Hochberg by p.adjust.
suppressMessages({library(metafor); library(sandwich); library(survival)})
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

# People by arm, group (two or three levels) and outcome, made by arithmetic so that both sides have the same.
i <- 1:240
a <- as.numeric(i %% 2 == 0)
g <- as.numeric((i * 7) %% 5 < 2)
h <- (i * 11) %% 3
y <- as.numeric((i * 37) %% 101 < 30 + 25 * a + 10 * g + 8 * a * g)
m <- 20 + (i * 13) %% 29 + 6 * a + 3 * g - 4 * a * g

put_contrast <- function(case, estimate, se, log = FALSE) {
  z <- qnorm(0.975); back <- if (log) exp else identity
  put(case, estimate = back(estimate), std_error = se, conf_low = back(estimate - z * se),
      conf_high = back(estimate + z * se), p_value = 2 * pnorm(-abs(estimate / se)))
}
tight <- glm.control(epsilon = 1e-14, maxit = 200)
d <- glm(y ~ a * g, family = binomial(link = "identity"), start = c(.3, .2, .05, .05), control = tight)
put_contrast("binary_difference", coef(d)[["a:g"]], sqrt(vcov(d)["a:g", "a:g"]))
r <- glm(y ~ a * g, family = binomial(link = "log"), start = c(-1.2, .5, .1, 0), control = tight)
put_contrast("binary_ratio", coef(r)[["a:g"]], sqrt(vcov(r)["a:g", "a:g"]), TRUE)
o <- glm(y ~ a * g, family = binomial, control = tight)
put_contrast("binary_odds", coef(o)[["a:g"]], sqrt(vcov(o)["a:g", "a:g"]), TRUE)
l <- lm(m ~ a * g)
put_contrast("amount_difference", coef(l)[["a:g"]], sqrt(vcovHC(l, type = "HC2")["a:g", "a:g"]))

# Three groups: Cochran's Q of the groups' own differences, and of their log ratios.
by_group <- function(group) {
  tab <- t(sapply(sort(unique(group)), function(k) {
    s <- group == k
    c(sum(y[s & a == 1]), sum(s & a == 1), sum(y[s & a == 0]), sum(s & a == 0))
  }))
  colnames(tab) <- c("x1", "n1", "x0", "n0"); as.data.frame(tab)
}
for (measure in c("RD", "RR", "OR")) {
  tab <- by_group(h)
  e <- escalc(measure, ai = x1, n1i = n1, ci = x0, n2i = n0, data = tab)
  fit <- rma(yi, vi, data = e, method = "FE")
  put(paste0("three_", measure), q = fit$QE, p_value = fit$QEp)
}
e <- escalc("RD", ai = x1, n1i = n1, ci = x0, n2i = n0, data = by_group(g))
fit <- rma(yi, vi, data = e, method = "FE")
put("two_RD", q = fit$QE, p_value = fit$QEp)

# One arm: shares of three groups.
share <- sapply(0:2, function(k) mean(y[h == k & a == 1])); n <- sapply(0:2, function(k) sum(h == k & a == 1))
fit <- rma(share, share * (1 - share) / n, method = "FE")
put("one_arm", q = fit$QE, p_value = fit$QEp)

# Times: Kaplan-Meier risks at day 300 by arm and group, their differences held together.
time <- 1 + (i * 53) %% 400; event <- as.numeric((i * 17) %% 7 < 5)
km <- function(s) { k <- summary(survfit(Surv(time[s], event[s]) ~ 1), times = 300); c(1 - k$surv, k$std.err) }
risks <- sapply(0:1, function(level) c(km(g == level & a == 1), km(g == level & a == 0)))
rd <- risks[1, ] - risks[3, ]; v <- risks[2, ]^2 + risks[4, ]^2
put_contrast("times_difference", rd[2] - rd[1], sqrt(sum(v)))

# Dependent answers: a Wald test with a covariance, by hand.
theta <- c(.10, .22, .05); V <- matrix(c(.004, .001, .0005, .001, .006, .0008, .0005, .0008, .003), 3)
C <- rbind(c(-1, 1, 0), c(-1, 0, 1)); x <- C %*% theta
q <- drop(t(x) %*% solve(C %*% V %*% t(C)) %*% x)
put("dependent", q = q, p_value = pchisq(q, 2, lower.tail = FALSE))
put("dependent_t", q = q, p_value = pf(q * (11 - 1) / (11 * 2), 2, 10, lower.tail = FALSE))
put("dependent_two", p_value = 2 * pt(-abs(theta[2] - theta[1]) / sqrt(V[1, 1] + V[2, 2] - 2 * V[1, 2]), 11))

families <- list(one = .03, few = c(.01, .04, .03, .005), ties = c(.02, .02, .5, .02, .9, .001),
                 many = c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528,
                          .7590, 1))
for (name in names(families)) for (method in c("holm", "BH")) {
  adjusted <- p.adjust(families[[name]], method)
  for (k in seq_along(adjusted)) put(paste0(method, "_", name), p = adjusted[k])
}
