# Fidelity: totals by rowSums, and the sites' answers against their scores by metafor (REML, Knapp and Hartung).
suppressMessages(library(metafor))
put <- function(case, ...) {
  values <- list(...)
  for (name in names(values)) cat(sprintf("%s,%s,%.15g\n", case, name, values[[name]]))
}
cat("case,key,value\n")

forms <- rbind(all_five = rep(5, 25), all_one = rep(1, 25), mixed = 1 + (1:25 * 3) %% 5, high = 3 + (1:25) %% 3)
for (case in rownames(forms)) {
  x <- forms[case, ]
  put(case, total = sum(x), staffing = mean(x[1:3]), organisation = mean(x[4:11]), services = mean(x[12:25]))
}
holes <- list(one_missing = 7, two_missing = c(2, 24), three_missing = c(1, 12, 13))
for (case in names(holes)) {
  x <- forms["mixed", ]; x[holes[[case]]] <- NA; m <- length(holes[[case]])
  put(case, total = 25 * mean(x, na.rm = TRUE), low = sum(x, na.rm = TRUE) + m, high = sum(x, na.rm = TRUE) + 5 * m,
      staffing = mean(x[1:3], na.rm = TRUE), services = mean(x[12:25], na.rm = TRUE))
}

# "adhoc" is Knapp and Hartung's test with a factor that is never below one.
# Twelve sites of one arm: people with the outcome of people, and the total of each site's review.
events <- c(9, 12, 7, 15, 20, 11, 18, 14, 22, 10, 16, 25); people <- c(30, 34, 28, 36, 40, 31, 38, 33, 42, 30, 35, 44)
score <- c(74, 81, 73, 92, 104, 79, 101, 88, 110, 77, 97, 117)
p <- events / people
fit <- rma(p, p * (1 - p) / people, mods = ~ I((score - mean(score)) / 10), method = "REML", test = "adhoc",
           control = list(threshold = 1e-14, maxiter = 1000))
se <- fit$se[2]; t <- qt(0.975, 10)
put("share", estimate = fit$b[2], std_error = se, conf_low = fit$b[2] - t * se, conf_high = fit$b[2] + t * se,
    p_value = 2 * pt(-abs(fit$b[2] / se), 10))

# The same sites with a comparison each: differences.
events_0 <- c(6, 8, 6, 9, 8, 7, 9, 8, 9, 6, 8, 10); people_0 <- c(29, 33, 30, 35, 38, 30, 36, 34, 40, 31, 33, 42)
d <- escalc("RD", ai = events, n1i = people, ci = events_0, n2i = people_0)
fit <- rma(yi, vi, mods = ~ I((score - mean(score)) / 10), data = d, method = "REML", test = "adhoc",
           control = list(threshold = 1e-14, maxiter = 1000))
se <- fit$se[2]
put("difference", estimate = fit$b[2], std_error = se, conf_low = fit$b[2] - t * se, conf_high = fit$b[2] + t * se,
    p_value = 2 * pt(-abs(fit$b[2] / se), 10))
