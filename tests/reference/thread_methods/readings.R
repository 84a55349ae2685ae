# The other readings of the goals of IPS Sydnärke, and its secondary outcomes: one arm, day by day.
support <- c("activity_support", "unemployment_benefit", "sickness_benefit", "disability_benefit", "social_assistance")
paid <- c("competitive_employment", "employment", "subsidised_employment", "sheltered_employment")

# The day on which a run of consecutive days is so many days long, the first such.
full_day <- function(days, length_needed) {
  if (!length(days)) return(NA)
  run <- cumsum(c(TRUE, diff(days) != 1))
  long <- unlist(lapply(split(days, run), function(stretch) if (length(stretch) >= length_needed) stretch[length_needed]))
  if (length(long)) min(long) else NA
}
read_otherwise <- function(people, spells, months, longest) {
  for (i in seq_len(nrow(people))) {
    index <- people$enrolled_on[i]; end <- months_later(index, months); until <- people$followed_until[i]
    mine <- spells[spells$participant_id == people$participant_id[i], ]
    through <- until >= end
    gone <- !through && people$follow_up_ended_by[i] %in% c("death", "emigration")
    seen_to <- min(until, end); left <- if (through) longest else as.numeric(until - index)
    begun <- mine$started_on[mine$state == "inpatient_care" & mine$started_on >= index & mine$started_on < seen_to]
    work <- mine[mine$state == "competitive_employment", ]
    days <- days_in(mine, "competitive_employment", index, seen_to)
    on <- list(
      lasting = full_day(days, 91),
      any_employment = days_in(mine, paid, index, seen_to)[1],
      employment_or_business = days_in(mine, c("competitive_employment", "self_employment"), index, seen_to)[1],
      half_time = days_in(work[work$hours_per_week >= 20, ], "competitive_employment", index, seen_to)[1],
      admitted = if (length(begun)) as.numeric(min(begun) - index) else NA)
    for (event in names(on)) {
      people[i, paste0(event, "_t")] <- if (is.na(on[[event]])) left else on[[event]]
      people[i, paste0(event, "_d")] <- if (!is.na(on[[event]])) 1 else if (gone) 2 else 0
    }
    known <- through || gone
    last <- as.numeric(end - index) - 1
    people$no_support_at_24[i] <- if (known) as.numeric(through && !(last %in% days_in(mine, support, index, end))) else NA
    people$days_employed[i] <- if (known) length(days) else NA
    people$days_on_support[i] <- if (known) length(days_in(mine, support, index, seen_to)) else NA
    people$days_in_hospital[i] <- if (known) length(days_in(mine, "inpatient_care", index, seen_to)) else NA
    # Each day of a job gives its part of a mean month, two jobs at once both give theirs; whole öre are kept.
    worked <- pmax(0, as.numeric(pmin(work$ended_on, seen_to) - pmax(work$started_on, index)))
    people$pay[i] <- if (known) round(sum(worked * work$monthly_pay_sek) / (365.2425 / 12), 2) else NA
  }
  people
}
incidence_row <- function(estimand, t, d) {
  it <- incidence(t, d, horizon); se <- sqrt(sum(it$risk_moves^2)); limits <- log_log(it$risk, se)
  row_of(key_of(estimand, "risk_1", "aalen_johansen", "arm"), it$risk, se, limits[1], limits[2], NA, it$n, NA, it$events)
}
share_row <- function(estimand, y) {
  x <- sum(y, na.rm = TRUE); n <- sum(!is.na(y)); limits <- wilson(x, n)
  row_of(key_of(estimand, "risk_1", "wilson", "arm"), x / n, sqrt(x / n * (1 - x / n) / n), limits[1], limits[2], NA, n, NA, x)
}
mean_row <- function(estimand, y) {
  test <- t.test(y[!is.na(y)])
  row_of(key_of(estimand, "mean_1", "t", "arm"), unname(test$estimate), test$stderr, test$conf.int[1], test$conf.int[2],
         NA, sum(!is.na(y)), NA)
}
