# Inverse probability of censoring: survival's redistribution to the right, with a variance by numerical derivatives.
suppressPackageStartupMessages(library(survival))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")

x <- read.csv("survival_days.csv")
x$state <- factor(x$d, 0:2)
horizon <- 89  # a day before the window's end, so that those followed through it are beyond the horizon

plain <- rttright(Surv(t, state) ~ a, data = x, times = horizon)
stratified <- rttright(Surv(t, state) ~ a + stratum, data = x, times = horizon)
for (i in c(2, 3, 17, 59, 104, 150)) {
  say(paste0("weight.plain.", i), plain[i])
  say(paste0("weight.stratified.", i), stratified[i])
}
say("weight.plain.sum_of_squares", sum(plain^2))
say("weight.stratified.sum_of_squares", sum(stratified^2))

# The arm's risk as a function of case weights: Aalen–Johansen in each stratum, averaged over the strata.
risk <- function(rows, w) {
  total <- 0
  for (s in unique(rows$stratum)) {
    cell <- rows$stratum == s
    at <- rows[cell, ]
    at$w <- w[cell]
    fit <- survfit(Surv(t, state) ~ 1, data = at, weights = w, se.fit = FALSE)
    total <- total + sum(at$w) * summary(fit, times = 90)$pstate[2]
  }
  total / sum(w)
}
for (arm in 0:1) {
  rows <- x[x$a == arm, ]
  n <- nrow(rows)
  say(paste0("risk.", arm, ".estimate"), risk(rows, rep(1, n)))
  step <- 1e-3
  moves <- sapply(1:n, function(i) {
    up <- down <- rep(1, n)
    up[i] <- 1 + step
    down[i] <- 1 - step
    (risk(rows, up) - risk(rows, down)) / (2 * step)
  })
  say(paste0("risk.", arm, ".std_error"), sqrt(sum(moves^2)))
}
