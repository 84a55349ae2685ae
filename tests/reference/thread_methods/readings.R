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
    people$education_followed[i] <- if (known) as.numeric(people$education_d[i] == 1) else NA
    # Until a day of the calendar: known of whoever was followed to it, or died or moved before it.
    asked <- min(as.Date("2017-08-31"), end - 1)
    people$employment_from_project_start[i] <-
      if (index <= asked && (until > asked || gone)) as.numeric(length(days_in(mine, "competitive_employment", index, min(seen_to, asked + 1))) > 0) else NA
    # As long a time before the index date as the own window: [index - window, index).
    before <- index - as.numeric(end - index)
    for (what in c("support_days", "bed_days")) {
      states <- if (what == "bed_days") "inpatient_care" else support
      people[i, paste0(what, "_before")] <- length(days_in(mine, states, before, index))
      people[i, paste0(what, "_after")] <- if (known) length(days_in(mine, states, index, seen_to)) else NA
    }
    stays <- mine$started_on[mine$state == "inpatient_care"]
    people$admissions_before[i] <- sum(stays >= before & stays < index)
    people$admissions_after[i] <- if (known) sum(stays >= index & stays < seen_to) else NA
    # Each day of a job gives its part of a mean month, two jobs at once both give theirs; whole öre are kept.
    worked <- pmax(0, as.numeric(pmin(work$ended_on, seen_to) - pmax(work$started_on, index)))
    people$pay[i] <- if (known) round(sum(worked * work$monthly_pay_sek) / (365.2425 / 12), 2) else NA
  }
  people
}
# Scores of an instrument at two occasions beside each person.
read_scores <- function(people, folder, named, occasions) {
  told <- read.csv(file.path(folder, "assessments.csv"), stringsAsFactors = FALSE)
  for (estimand in names(named)) for (side in 1:2) {
    mine <- told[told$instrument == named[[estimand]] & told$occasion == occasions[side], ]
    people[[paste0(estimand, c("_before", "_after")[side])]] <- mine$score[match(people$participant_id, mine$participant_id)]
  }
  people
}
change_rows <- function(estimand, people) {
  pair <- people[, paste0(estimand, c("_before", "_after"))]; both <- pair[complete.cases(pair), ]
  x <- both[[1]]; y <- both[[2]]; n <- nrow(both)
  test <- t.test(y, x, paired = TRUE)
  row_of(key_of(estimand, "mean_change", "paired_t", "arm"), unname(test$estimate), test$stderr, test$conf.int[1],
         test$conf.int[2], test$p.value, n, NA)
  d <- metafor::escalc("SMCR", m1i = mean(y), m2i = mean(x), sd1i = sd(x), ri = cor(x, y), ni = n)
  se <- sqrt(d$vi); g <- c(d$yi)
  row_of(key_of(estimand, "standardised_change", "becker", "arm"), g, se, g - z * se, g + z * se, NA, n, NA)
  for (side in 1:2) {
    one <- t.test(both[[side]])
    row_of(key_of(estimand, c("mean_before", "mean_after")[side], "t", "arm"), unname(one$estimate), one$stderr,
           one$conf.int[1], one$conf.int[2], NA, n, NA)
  }
}
# Both outcomes at once: Goodman's limits of those known, survfit's states of everybody, by Bonferroni over four cells.
joint_rows <- function(people, named, followed, joint) {
  at <- paste0("joint=", joint); cells <- c("share_neither", "share_first", "share_second", "share_both")
  y <- people[[followed[1]]] + 2 * people[[followed[2]]]; y <- y[!is.na(y)]
  for (k in 0:3) {
    x <- sum(y == k); limits <- prop.test(x, length(y), conf.level = 1 - 0.05 / 4, correct = FALSE)$conf.int
    row_of(key_of(followed[1], cells[k + 1], "goodman", "arm", at), x / length(y), NA, limits[1], limits[2], NA, length(y), NA, x)
  }
  seen <- c("none", "one", "two", "both", "none_d", "one_d", "two_d")
  rows <- do.call(rbind, lapply(seq_len(nrow(people)), function(i) {
    t <- c(people$work_t[i], people$education_t[i]); d <- c(people$work_d[i], people$education_d[i])
    end <- if (all(d == 1)) max(t) else max(t[d != 1]); stops <- sort(unique(c(t[d == 1], end)))
    to <- sapply(stops, function(s) {
      cell <- (d[1] == 1 && t[1] <= s) + 2 * (d[2] == 1 && t[2] <= s)
      if (s == end && any(d == 2)) cell + 5 else if (s %in% t[d == 1]) cell + 1 else 0
    })
    data.frame(id = i, start = c(0, head(stops, -1) + 1), stop = stops + 1, event = to, from = c(1, head(to, -1)),
               last = (d[1] == 1) + 2 * (d[2] == 1))
  }))
  fit <- survfit(Surv(start, stop, factor(event, 0:7, c("censor", seen))) ~ 1, data = rows, id = id,
                 istate = factor(from, 1:7, seen), influence = TRUE)
  last <- length(fit$time); moves <- fit$influence.pstate; lead <- dim(moves)[2] - last
  held <- rows$last[!duplicated(rows$id)]
  for (k in 0:3) {
    states <- match(c(seen[k + 1], if (k < 3) seen[k + 5]), fit$states); states <- states[!is.na(states)]
    share <- sum(fit$pstate[last, states]); se <- sqrt(sum(rowSums(as.matrix(moves[, last + lead, states]))^2))
    limits <- log_log(share, se, qnorm(1 - 0.05 / 8))
    row_of(key_of(named[1], cells[k + 1], "state_occupation", "arm", at), share, se, limits[1], limits[2], NA,
           nrow(people), NA, sum(held == k))
  }
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
