# Kaplan–Meier, restricted means, log-rank and Cox on survival_days.csv.
suppressPackageStartupMessages(library(survival))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")

x <- read.csv("survival_days.csv")
x$any <- as.integer(x$d > 0)

# survRM2's formula (Uno et al.), on a survfit object.
restricted_mean <- function(fit, tau) {
  keep <- fit$time <= tau
  time <- fit$time[keep]
  surv <- fit$surv[keep]
  risk <- fit$n.risk[keep]
  events <- fit$n.event[keep]
  areas <- diff(c(0, time, tau)) * c(1, surv)
  later <- rev(cumsum(rev(areas[-1])))
  spread <- ifelse(risk == events, 0, events / (risk * (risk - events)))
  c(sum(areas), sqrt(sum(later^2 * spread)))
}

for (arm in 0:1) {
  fit <- survfit(Surv(t, any) ~ 1, data = x[x$a == arm, ], conf.type = "log-log")
  for (day in c(0, 30, 61, 90)) {
    at <- summary(fit, times = day)
    key <- paste0("km.", arm, ".", day, ".")
    say(paste0(key, "survival"), at$surv)
    say(paste0(key, "std_error"), at$std.err)
    say(paste0(key, "low"), at$lower)
    say(paste0(key, "high"), at$upper)
    say(paste0(key, "at_risk"), at$n.risk)
  }
  for (tau in c(50, 90)) {
    mean <- restricted_mean(fit, tau)
    say(paste0("rmst.", arm, ".", tau, ".estimate"), mean[1])
    say(paste0("rmst.", arm, ".", tau, ".std_error"), mean[2])
  }
  clustered <- survfit(Surv(t, any) ~ 1, data = x[x$a == arm, ], cluster = cluster)
  say(paste0("km_cluster.", arm, ".std_error"), summary(clustered, times = 90)$std.err)
  # Leave one cluster out: the curve anew without each in turn.
  risk <- function(keep) 1 - summary(survfit(Surv(t, any) ~ 1, data = x[x$a == arm & keep, ]), times = 90)$surv
  sites <- unique(x$cluster)
  moved <- sapply(sites, function(site) risk(x$cluster != site)) - risk(TRUE)
  say(paste0("km_jackknife.", arm, ".std_error"), sqrt((length(sites) - 1) / length(sites) * sum(moved^2)))
}
test <- survdiff(Surv(t, any) ~ a, data = x)
say("log_rank.estimate", test$chisq)
say("log_rank.p", pchisq(test$chisq, 1, lower.tail = FALSE))

tight <- coxph.control(eps = 1e-11, toler.chol = 1e-13)
print_cox <- function(name, fit) {
  for (term in names(coef(fit))) {
    at <- match(term, names(coef(fit)))
    say(paste0("cox.", name, ".", term), coef(fit)[[at]])
    say(paste0("cox.", name, ".", term, ".std_error"), sqrt(diag(fit$var))[at])
    if (!is.null(fit$naive.var)) say(paste0("cox.", name, ".", term, ".naive"), sqrt(diag(fit$naive.var))[at])
  }
}
print_cox("any", coxph(Surv(t, any) ~ a, data = x, robust = TRUE, control = tight))
print_cox("cause", coxph(Surv(t, d == 1) ~ a + x, data = x, robust = TRUE, control = tight))
print_cox("cluster", coxph(Surv(t, d == 1) ~ a + x, data = x, cluster = cluster, control = tight))
