# Gray's test, proportional hazards and delayed entry on survival_days.csv.
suppressPackageStartupMessages({library(survival); library(cmprsk)})
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")
x <- read.csv("survival_days.csv")

# steget_eval.methods.effects.competing:gray beside cmprsk::cuminc
for (cause in 1:2) {
  test <- cuminc(x$t, x$d, x$a)$Tests
  say(sprintf("gray.%d.estimate", cause), test[as.character(cause), "stat"])
  say(sprintf("gray.%d.p", cause), test[as.character(cause), "pv"])
}
untied <- x; untied$t <- rank(x$t + x$id / 1e4)
say("gray.untied.estimate", cuminc(untied$t, untied$d, untied$a)$Tests["1", "stat"])
second <- x[x$stratum == 1, ]
say("gray.few.estimate", cuminc(second$t, second$d, second$a)$Tests["1", "stat"])

# steget_eval.methods.effects.proportional:proportional_hazards (schoenfeld) beside survival::cox.zph
tight <- coxph.control(eps = 1e-11, toler.chol = 1e-13)
zph <- function(key, fit) {
  test <- cox.zph(fit, transform = "km", terms = FALSE)$table
  say(paste0("zph.", key, ".estimate"), test["a", "chisq"])
  say(paste0("zph.", key, ".p"), test["a", "p"])
}
x$any <- as.integer(x$d > 0)
zph("any", coxph(Surv(t, any) ~ a, data = x, control = tight))
zph("cause", coxph(Surv(t, d == 1) ~ a, data = x, control = tight))
zph("adjusted", coxph(Surv(t, d == 1) ~ a + x + stratum, data = x, control = tight))

# Delayed entry: everybody with an odd number enters after day (7 · id) mod 23, where that is before the end.
x$entry <- ifelse(x$id %% 2 == 1, (7 * x$id) %% 23, 0)
x <- x[x$t > x$entry, ]
for (arm in 0:1) {
  mine <- x[x$a == arm, ]
  km <- summary(survfit(Surv(entry, t, any) ~ 1, data = mine), times = c(30, 61, 90))
  aj <- survfit(Surv(entry, t, factor(d, 0:2)) ~ 1, data = mine, id = id)
  at <- summary(aj, times = c(30, 61, 90))
  for (i in 1:3) {
    day <- c(30, 61, 90)[i]
    say(sprintf("entry_km.%d.%d.risk", arm, day), 1 - km$surv[i])
    say(sprintf("entry_km.%d.%d.std_error", arm, day), km$std.err[i])
    for (cause in 1:2) {
      say(sprintf("entry_aj.%d.%d.%d.risk", arm, cause, day), at$pstate[i, cause + 1])
      say(sprintf("entry_aj.%d.%d.%d.std_error", arm, cause, day), at$std.err[i, cause + 1])
    }
  }
}
