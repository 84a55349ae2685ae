# Two outcomes at once: Goodman's simultaneous limits by prop.test, state occupation by survfit; methods.effects.joint.
suppressPackageStartupMessages(library(survival))
say <- function(key, value) cat(sprintf("%s,%.15g\n", key, value), sep = "")
cat("key,value\n")
# joint_shares: the score interval of each cell at 1 - alpha / 4.
counts <- list(seen = c(20, 13, 5, 6), few = c(9, 0, 2, 1))
for (name in names(counts)) for (level in c(0.95, 0.9)) for (k in 1:4) {
  x <- counts[[name]]
  fit <- prop.test(x[k], sum(x), conf.level = 1 - (1 - level) / 4, correct = FALSE)$conf.int
  say(sprintf("goodman.%s.%g.%d.low", name, level, k), fit[1])
  say(sprintf("goodman.%s.%g.%d.high", name, level, k), fit[2])
}
# joint_occupation: days to the first and the second outcome, death and the end of follow-up, by arithmetic.
n <- 90; horizon <- 100; i <- 1:n
day1 <- 3 + (i * 37) %% 167; day2 <- 5 + (i * 53) %% 211
death <- ifelse(i %% 17 == 0, 10 + (i * 29) %% 90, Inf)
censor <- ifelse(i %% 3 == 0, 30 + (i * 41) %% 90, Inf)
end <- pmin(death, censor, horizon)
day2[i %% 23 == 0] <- day1[i %% 23 == 0]                      # both on one day
death[34] <- day1[34] <- 40; end[34] <- 40                    # an outcome on the day of death
rows <- do.call(rbind, lapply(i, function(k) {
  has <- c(day1[k], day2[k]) <= end[k] & c(day1[k], day2[k]) <= horizon
  days <- c(if (has[1]) day1[k], if (has[2]) day2[k])
  dies <- death[k] <= end[k]
  stops <- sort(unique(c(days, if (!all(has)) end[k])))
  to <- sapply(stops, function(s) {
    cell <- (has[1] && day1[k] <= s) + 2 * (has[2] && day2[k] <= s)
    if (cell < 3 && dies && s == end[k]) cell + 5 else if (s %in% days) cell + 1 else 0
  })
  # survfit wants days above 0: everything is moved by one.
  data.frame(id = k, start = c(0, head(stops, -1) + 1), stop = stops + 1, event = to, from = c(1, head(to, -1)))
}))
states <- c("none", "one", "two", "both", "none_d", "one_d", "two_d")
rows$event <- factor(rows$event, 0:7, c("censor", states))
rows$first <- factor(rows$from, 1:7, states)
fit <- survfit(Surv(start, stop, event) ~ 1, data = rows, id = id, istate = first, influence = TRUE)
last <- max(which(fit$time <= horizon + 1)); infl <- fit$influence.pstate
lead <- dim(infl)[2] - length(fit$time)
cells <- list(share_neither = c("none", "none_d"), share_first = c("one", "one_d"), share_second = c("two", "two_d"),
              share_both = "both")
z <- qnorm(1 - 0.05 / 8)
for (name in names(cells)) {
  at <- match(cells[[name]], fit$states)
  share <- sum(fit$pstate[last, at]); moved <- rowSums(as.matrix(infl[, last + lead, at])); se <- sqrt(sum(moved^2))
  say(sprintf("occupation.%s", name), share); say(sprintf("occupation_se.%s", name), se)
  H <- -log(1 - share)
  for (side in c(low = -1, high = 1)) say(sprintf("occupation.%s.%s", name, if (side < 0) "low" else "high"),
                                          1 - exp(-H * exp(side * z * se / ((1 - share) * H))))
}
