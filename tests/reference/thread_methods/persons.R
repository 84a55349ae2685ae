# From two files of records to one row a person: each with an own calendar window, day by day.
state_order <- c("custody", "competitive_employment", "employment", "self_employment", "subsidised_employment",
                 "sheltered_employment", "education", "work_practice", "job_seeking", "activity_support",
                 "unemployment_benefit", "sickness_benefit", "disability_benefit", "parental_benefit",
                 "social_assistance", "inpatient_care")

# The same day so many calendar months later, or the month's last day where it has no such day.
months_later <- function(day, months) {
  month <- seq(as.Date(format(day, "%Y-%m-01")), by = "month", length.out = months + 2)
  last <- as.numeric(format(month[months + 2] - 1, "%d"))
  month[months + 1] + min(as.numeric(format(day, "%d")), last) - 1
}
read_persons <- function(folder) {
  people <- read.csv(file.path(folder, "participants.csv"), stringsAsFactors = FALSE)
  for (name in c("enrolled_on", "followed_until")) people[[name]] <- as.Date(people[[name]])
  people[order(people$participant_id), ]
}
read_spells <- function(folder) {
  spells <- read.csv(file.path(folder, "spells.csv"), stringsAsFactors = FALSE)
  spells$started_on <- as.Date(spells$started_on); spells$ended_on <- as.Date(spells$ended_on)
  spells$ended_on[is.na(spells$ended_on)] <- as.Date("9999-12-31")
  spells
}
# Offsets, from the index date, of the days of [from, to) on which the person was in a state.
days_in <- function(mine, states, from, to) {
  mine <- mine[mine$state %in% states & mine$started_on < to & mine$ended_on > from, ]
  days <- lapply(seq_len(nrow(mine)), function(k) {
    seq(max(mine$started_on[k], from), min(mine$ended_on[k], to) - 1, by = "day")
  })
  as.numeric(sort(unique(as.Date(unlist(days), origin = "1970-01-01"))) - from)
}
# Adds to each person what the two protocols of IPS Sydnärke ask for.
lived <- function(people, spells, months, longest) {
  for (i in seq_len(nrow(people))) {
    index <- people$enrolled_on[i]; end <- months_later(index, months); until <- people$followed_until[i]
    mine <- spells[spells$participant_id == people$participant_id[i], ]
    through <- until >= end
    gone <- !through && people$follow_up_ended_by[i] %in% c("death", "emigration")
    seen_to <- min(until, end)
    work <- days_in(mine, "competitive_employment", index, seen_to)
    begun <- mine$started_on[mine$state == "education" & mine$started_on >= index & mine$started_on < seen_to]
    first_work <- if (length(work)) work[1] else NA
    first_education <- if (length(begun)) as.numeric(min(begun) - index) else NA
    people$age[i] <- as.numeric(format(index, "%Y")) - people$birth_year[i]
    people$eligible[i] <- index >= as.Date("2015-09-01") && index <= as.Date("2017-06-30") &&
      people$age[i] >= 18 && people$age[i] <= 64 &&
      !any(mine$state == "competitive_employment" & mine$started_on <= index & mine$ended_on > index)
    left <- if (through) longest else as.numeric(until - index)
    for (event in c("work", "education")) {
      day <- if (event == "work") first_work else first_education
      people[i, paste0(event, "_t")] <- if (is.na(day)) left else day
      people[i, paste0(event, "_d")] <- if (!is.na(day)) 1 else if (gone) 2 else 0
    }
    # Known only where followed through the own window, or where death or emigration, by composite, settled the rest.
    known <- through || gone
    last <- as.numeric(end - index) - 1
    people$ever[i] <- if (known) as.numeric(length(work) > 0) else NA
    people$at_end[i] <- if (known) as.numeric(through && last %in% work) else NA
    people$days[i] <- if (known) length(work) else NA
    for (m in 0:months) {
      point <- if (m < months) months_later(index, m) else end - 1
      there <- mine$state[mine$started_on <= point & mine$ended_on > point]
      people[i, paste0("state_", m)] <- if (point >= until) NA else c(state_order[state_order %in% there], "none")[1]
    }
  }
  people
}
say_states <- function(people, arm_names, months) for (arm in arm_names) for (m in 0:months) {
  state <- people[people$arm == arm, paste0("state_", m)]
  count <- table(ifelse(is.na(state), "not_followed", state))
  for (state in names(count)) say(paste("states", arm, m, state, sep = "/"), count[[state]])
}
# The step function of one arm and cause at day 0 and where it jumps, and the sums of what happens between the jumps.
say_curve <- function(estimand, arm, cause, t, d, name) {
  fit <- survfit(Surv(t, factor(d, 0:max(2, d))) ~ 1)
  key <- paste("curves", estimand, arm, name, "", sep = "/")
  for (day in sort(unique(c(0, t[d == cause])))) {
    at <- summary(fit, times = day, extend = TRUE)
    risk <- at$pstate[cause + 1]; limits <- log_log(risk, at$std.err[cause + 1])
    say(paste0(key, day, "/estimate"), risk)
    if (risk > 0) { say(paste0(key, day, "/conf_low"), limits[1]); say(paste0(key, day, "/conf_high"), limits[2]) }
    say(paste0(key, day, "/at_risk"), sum(t >= day)); say(paste0(key, day, "/events"), sum(t == day & d == cause))
  }
  for (what in c("competing", "censored")) {
    these <- if (what == "competing") d != 0 & d != cause else d == 0
    say(paste0(key, what), sum(these)); say(paste0(key, what, "_days"), sum(t[these]))
  }
}
covariates_of <- function(people) {
  columns <- list(age = list(x = people$age, kind = "number"))
  for (covariate in c("sex", "education_level")) for (level in sort(unique(people[[covariate]])))
    columns[[paste0(covariate, "=", level)]] <- list(x = people[[covariate]] == level, kind = "category")
  columns$worked_last_year <- list(x = people$worked_last_year == "true", kind = "binary")
  for (name in c("months_on_support", "motivation")) columns[[name]] <- list(x = people[[name]], kind = "number")
  columns
}
# One column a level but for one, as regression needs; which one is left out does not matter to any answer.
design_of <- function(people) {
  columns <- covariates_of(people)
  first <- c(paste0("sex=", min(people$sex)), paste0("education_level=", min(people$education_level)))
  sapply(columns[!names(columns) %in% first], function(column) as.numeric(column$x))
}
