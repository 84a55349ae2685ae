# Every row of the protocol that compares IPS with usual support, from a folder of its records.
horizon <- 731  # the longest that 24 months can last
compare_sydnarke <- function(folder) {
  people <- lived(read_persons(folder), read_spells(folder), 24, horizon)
  say_flow(people$arm, people$arm[people$eligible], c("ips", "usual"))
  people <- people[people$eligible, ]
  a <- as.numeric(people$arm == "ips"); names <- list("1" = "ips", "0" = "usual"); X <- design_of(people)
  known <- !is.na(people$ever)
  y <- people$ever[known]; k <- a[known]
  x1 <- sum(y[k == 1]); n1 <- sum(k == 1); x0 <- sum(y[k == 0]); n0 <- sum(k == 0)
  for (method in c("aipw", "g_computation", "ipw")) adjusted_rows("employment", method, "ATE", y, k, X[known, ], TRUE)
  mn_row("employment", "unadjusted", x1, n1, x0, n0)
  wilson_rows("employment", "unadjusted", x1, n1, x0, n0)
  # Nobody among the unseen had the outcome, or everybody.
  all <- c(sum(a == 1), sum(a == 0))
  bounds <- function(estimand, x1, x0) row_of(
    key_of(estimand, "risk_difference", "worst_case", "unadjusted", "unknown=worst_case"), x1 / n1 - x0 / n0,
    low = x1 / all[1] - (x0 + all[2] - n0) / all[2], high = (x1 + all[1] - n1) / all[1] - x0 / all[2],
    n_1 = all[1], n_0 = all[2])
  for (estimand in c("employment", "employment_overlap")) if (!all(known)) bounds(estimand, x1, x0)
  adjusted_rows("employment_overlap", "ipw", "ATO", y, k, X[known, ], TRUE)
  for (method in c("aipw", "g_computation")) adjusted_rows("employment_ratio", method, "ATE", y, k, X[known, ], TRUE, "risk_ratio")
  log_ratio_row("employment_ratio", "risk_ratio", "unadjusted", x1, n1, x0, n0)

  arms <- function(t, d) list("1" = incidence(t[a == 1], d[a == 1], horizon), "0" = incidence(t[a == 0], d[a == 0], horizon))
  first_job <- arms(people$work_t, people$work_d)
  pseudo_rows("first_job", "risk", people$work_t, people$work_d, a, X, "risk")
  weighted_rows("first_job", "risk", people$work_t, people$work_d, a, X, FALSE)
  pseudo_rows("time_after_first_job", "rmtl", people$work_t, people$work_d, a, X, "lost")
  weighted_rows("time_after_first_job", "rmtl", people$work_t, people$work_d, a, X, TRUE)
  two_arms("first_job", "risk", "aalen_johansen", first_job, "risk", "unadjusted")
  two_arms("time_after_first_job", "rmtl", "time_lost", first_job, "lost", "unadjusted", log_log_arms = FALSE)
  two_arms("education", "risk", "aalen_johansen", arms(people$education_t, people$education_d), "risk", "unadjusted")

  # The share with a job, each weighed by the inverse of the chance not to be censored, death and emigration counted as
  # censoring; its variance from the derivative by each person's weight, so that the chances are estimated too.
  weighed <- function(t, d) {
    share <- function(w) {
      censored <- survfit(Surv(ifelse(d == 1, t, t + 0.5), d == 0 & t < horizon) ~ 1, weights = w, se.fit = FALSE)
      sum(w[d == 1] / summary(censored, times = t[d == 1], extend = TRUE)$surv[rank(t[d == 1], ties.method = "first")]) / sum(w)
    }
    n <- length(t); by <- order(t); t <- t[by]; d <- d[by]
    moves <- sapply(1:n, function(i) grad(function(step) share(replace(rep(1, n), i, 1 + step)), 0))
    list(n = n, events = sum(d == 1), risk = share(rep(1, n)), risk_moves = moves)
  }
  alone <- ifelse(people$work_d == 1, 1, 0)
  two_arms("first_job_without_death", "risk", "censoring_weights",
           lapply(list("1" = 1, "0" = 0), function(arm) weighed(people$work_t[a == arm], alone[a == arm])), "risk", "unadjusted")

  y <- people$at_end[known]
  adjusted_rows("employed_at_24", "aipw", "ATE", y, k, X[known, ], TRUE)
  if (!all(known)) bounds("employed_at_24", sum(y[k == 1]), sum(y[k == 0]))
  mn_row("employed_at_24", "unadjusted", sum(y[k == 1]), n1, sum(y[k == 0]), n0)
  wilson_rows("employed_at_24", "unadjusted", sum(y[k == 1]), n1, sum(y[k == 0]), n0)
  y <- people$days[known]
  adjusted_rows("days_employed", "aipw", "ATE", y, k, X[known, ], FALSE, unit = 100)
  welch_row("days_employed", "unadjusted", y, k)
  t_rows("days_employed", "unadjusted", y, k)

  w <- weights_for(a, X, "ATE")
  baseline(covariates_of(people), names, a, w)
  overlap(w, a, names, "ATE")
  for (estimand in c("employment", "employment_overlap", "employment_ratio", "employed_at_24", "days_employed"))
    say_known(estimand, people$arm, known, unlist(names))
  for (estimand in c("first_job", "time_after_first_job", "first_job_without_death", "education"))
    say_known(estimand, people$arm, rep(TRUE, nrow(people)), unlist(names))
  say_states(people, unlist(names), 24)
  for (arm in 1:0) for (cause in 1:2) {
    mine <- a == arm; label <- c("event", "death_or_emigration")[cause]
    say_weighted_curve("first_job", names[[2 - arm]], arm, cause, people$work_t, people$work_d, a, X, label)
    say_curve("education", names[[2 - arm]], cause, people$education_t[mine], people$education_d[mine], label)
    if (cause == 1) say_curve("first_job_without_death", names[[2 - arm]], cause, people$work_t[mine], alone[mine], label)
  }
}
