# Pseudo-values by survival's own pseudo(), on the days of weighted_curves.R.
suppressMessages(library(survival))
cat("case,key,value\n")
i <- 1:90
x <- ((i * 29) %% 91) / 45 - 1; z <- as.numeric((i * 13) %% 7 < 3)
a <- as.numeric(((i * 61) %% 91) / 91 < plogis(.6 * x - .4 * z))
t <- 1 + (i * 37) %% 60; v <- ((i * 53) %% 97) / 97
d <- ifelse(v < .25, 0, ifelse(v < .65 + .1 * a, 1, 2))
for (arm in 0:1) {
  s <- a == arm
  mine <- data.frame(t = t[s], d = factor(d[s], 0:2), any = d[s] > 0)
  several <- survfit(Surv(t, d) ~ 1, data = mine)
  for (cause in 1:2) {
    found <- pseudo(several, times = 45, type = "pstate")[, cause + 1]
    for (k in seq_along(found)) cat(sprintf("risk_%d_%d,%d,%.15g\n", arm, cause, which(s)[k], found[k]))
  }
  one <- survfit(Surv(t, any) ~ 1, data = mine)
  found <- pseudo(one, times = 45, type = "rmst")
  for (k in seq_along(found)) cat(sprintf("rmst_%d_1,%d,%.15g\n", arm, which(s)[k], found[k]))
}
