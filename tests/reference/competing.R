# Cumulative incidence and time lost by cause on survival_days.csv; cmprsk's estimate beside survival's.
suppressPackageStartupMessages(library(survival))
suppressPackageStartupMessages(library(cmprsk))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")

x <- read.csv("survival_days.csv")
z <- qnorm(0.975)

for (arm in 0:1) {
  mine <- x[x$a == arm, ]
  fit <- survfit(Surv(t, factor(d, 0:2)) ~ 1, data = mine, influence = TRUE)
  other <- timepoints(cuminc(mine$t, mine$d), c(30, 61, 90))$est
  for (cause in 1:2) {
    column <- cause + 1
    for (day in c(0, 30, 61, 90)) {
      at <- summary(fit, times = day)
      risk <- at$pstate[column]
      error <- at$std.err[column]
      key <- paste0("aj.", arm, ".", cause, ".", day, ".")
      say(paste0(key, "risk"), risk)
      say(paste0(key, "std_error"), error)
      shift <- exp(c(-1, 1) * z * error / -((1 - risk) * log(1 - risk)))
      say(paste0(key, "low"), 1 - (1 - risk)^shift[1])
      say(paste0(key, "high"), 1 - (1 - risk)^shift[2])
      if (day > 0) say(paste0(key, "cmprsk"), other[cause, as.character(day)])
    }
    # survfit ignores `cluster` for several states, so the influences are summed by hand.
    final <- fit$influence.pstate[, dim(fit$influence.pstate)[2], column]
    say(paste0("aj_cluster.", arm, ".", cause, ".std_error"), sqrt(sum(rowsum(final, mine$cluster)^2)))
    # Days lost: the influences' step functions, integrated to the horizon person by person.
    for (tau in c(50, 90)) {
      keep <- fit$time <= tau
      widths <- diff(c(fit$time[keep], tau))
      area <- sum(fit$pstate[keep, column] * widths)
      moves <- drop(fit$influence.pstate[, which(keep) + dim(fit$influence.pstate)[2] - length(fit$time), column] %*% widths)
      say(paste0("lost.", arm, ".", cause, ".", tau, ".estimate"), area)
      say(paste0("lost.", arm, ".", cause, ".", tau, ".std_error"), sqrt(sum(moves^2)))
    }
  }
}
