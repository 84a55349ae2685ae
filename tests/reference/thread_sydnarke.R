# The whole way from the synthetic records of IPS Sydnärke to every row of its two protocols: two arms, and one arm.
source("thread_methods/methods.R"); source("thread_methods/persons.R")
source("thread_methods/comparison.R"); source("thread_methods/timed.R"); source("thread_methods/readings.R")
cat("key,value\n")
records <- function(name) file.path("..", "..", "data", "programmes", name, "records")

in_protocol <- "ips_sydnarke_comparison"
compare_sydnarke(records(in_protocol))

in_protocol <- "ips_sydnarke"
spells <- read_spells(records(in_protocol))
people <- read_otherwise(lived(read_persons(records(in_protocol)), spells, 24, horizon), spells, 24, horizon)
say_flow(people$arm, people$arm[people$eligible], "ips")
people <- people[people$eligible, ]
one_sided <- qnorm(0.95)
for (event in c("work", "education")) {
  estimand <- if (event == "work") "employment" else "education"
  t <- people[[paste0(event, "_t")]]; d <- people[[paste0(event, "_d")]]
  it <- incidence(t, d, horizon); se <- sqrt(sum(it$risk_moves^2)); limits <- log_log(it$risk, se)
  row_of(key_of(estimand, "risk_1", "aalen_johansen", "arm"), it$risk, se, limits[1], limits[2], NA, it$n, NA, it$events)
  # Against the goal: the distance on the log-log scale over its standard error.
  by <- function(goal) (log(-log(1 - it$risk)) - log(-log(1 - goal))) / (se / -((1 - it$risk) * log(1 - it$risk)))
  shown <- log_log(it$risk, se, one_sided)
  key <- key_of(estimand, "risk_1", "log_log_one_sided", "arm")
  if (event == "work") {
    row_of(key, it$risk, se, shown[1], 1, 1 - pnorm(by(0.5)), it$n, NA, it$events)
    say("verdict/half_in_employment/reached", it$risk >= 0.5); say("verdict/half_in_employment/shown", shown[1] > 0.5)
  } else {
    row_of(key, it$risk, se, shown[1], shown[2], max(1 - pnorm(by(0.10)), pnorm(by(0.20))), it$n, NA, it$events)
    say("verdict/education_band/side", (it$risk > 0.20) - (it$risk < 0.10))
    say("verdict/education_band/shown", shown[1] > 0.10 && shown[2] < 0.20)
    n <- 1
    while (!any(qbeta(0.05, 0:n, n - 0:n + 1) > 0.10 & qbeta(0.95, 0:n + 1, n - 0:n) < 0.20, na.rm = TRUE)) n <- n + 1
    say("verdict/education_band/needed", n)
  }
  say_known(estimand, people$arm, rep(TRUE, nrow(people)), "ips")
  for (cause in 1:2) say_curve(estimand, "ips", cause, t, d, c("event", "death_or_emigration")[cause])
}
for (event in c("lasting", "any_employment", "employment_or_business", "half_time", "admitted")) {
  t <- people[[paste0(event, "_t")]]; d <- people[[paste0(event, "_d")]]
  incidence_row(event, t, d)
  say_known(event, people$arm, rep(TRUE, nrow(people)), "ips")
  for (cause in 1:2) say_curve(event, "ips", cause, t, d, c("event", "death_or_emigration")[cause])
}
people$employed_at_24 <- people$at_end; people$employment_followed <- people$ever
shares <- c("employed_at_24", "employment_followed", "education_followed", "employment_from_project_start", "no_support_at_24")
for (estimand in shares) share_row(estimand, people[[estimand]])
for (estimand in c("days_employed", "pay")) mean_row(estimand, people[[estimand]])
for (estimand in c(shares, "days_employed", "pay")) say_known(estimand, people$arm, !is.na(people[[estimand]]), "ips")
people <- read_scores(people, records(in_protocol), list(health = "eq_vas", quality_of_life = "mansa", depression = "madrs_s"),
                      c("start", "month_24"))
for (estimand in c("support_days", "admissions", "bed_days", "health", "quality_of_life", "depression")) {
  change_rows(estimand, people)
  say_known(estimand, people$arm, complete.cases(people[, paste0(estimand, c("_before", "_after"))]), "ips")
}
joint_rows(people, c("employment", "education"), c("employment_followed", "education_followed"), "work_and_education")
baseline(covariates_of(people), list("1" = "ips"), rep(1, nrow(people)))
say_states(people, "ips", 24)
