# Reference numbers for survey weights: R 4.2.2, survey 4.1-1. Run in this folder: Rscript make.R
# Writes sample.csv (the made-up sample), margins.csv, weights.csv (a column a call) and results.csv.
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust", digits = 17, scipen = 0)
set.seed(20261120)
n <- 480
d <- data.frame(id = 1:n)
d$stratum <- paste0("S", rep(1:6, each = 80))
d$psu <- paste0(d$stratum, "-", rep(rep(1:8, each = 10), 6))
d$age <- sample(c("18-34", "35-54", "55+"), n, TRUE, c(.2, .35, .45))
d$sex <- sample(c("F", "M"), n, TRUE, c(.57, .43))
d$area <- ifelse(as.integer(substr(d$stratum, 2, 2)) <= 3, sample(c("town", "city"), n, TRUE), sample(c("town", "village"), n, TRUE))
d$w <- round(rep(c(40, 55, 70, 90, 110, 150), each = 80) * exp(rnorm(n, 0, .35)), 3)
d$income <- round(exp(rnorm(n, 3 + .3 * (d$area == "city"), .6)), 2)
d$size <- rpois(n, 2) + 1
d$y <- round(50 + 6 * (d$age == "55+") + 3 * (d$sex == "F") - 4 * (d$area == "village") + .3 * d$income + rnorm(n, 0, 12), 2)
d$y[sample(n, 25)] <- NA
num <- function(x) format(x, digits = 17, trim = TRUE)
write.csv(transform(d, y = ifelse(is.na(y), "", num(y))), "sample.csv", row.names = FALSE, quote = FALSE)

N <- 50000
age <- data.frame(age = c("18-34", "35-54", "55+"), Freq = c(16000, 18500, 15500))
sex <- data.frame(sex = c("F", "M"), Freq = c(25600, 24400))
area <- data.frame(area = c("city", "town", "village"), Freq = c(13000, 26500, 10500))
agesex <- data.frame(age = rep(age$age, each = 2), sex = rep(c("F", "M"), 3), Freq = c(8100, 7900, 9300, 9200, 8200, 7300))
long <- rbind(data.frame(variable = "age", level = age$age, total = age$Freq),
              data.frame(variable = "sex", level = sex$sex, total = sex$Freq),
              data.frame(variable = "area", level = area$area, total = area$Freq),
              data.frame(variable = "age_sex", level = paste(agesex$age, agesex$sex, sep = "|"), total = agesex$Freq))
write.csv(long, "margins.csv", row.names = FALSE, quote = FALSE)

des <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = d)
one <- svydesign(id = ~psu, strata = ~stratum, weights = ~I(rep(1, n)), data = d)
f3 <- list(~age, ~sex, ~area); m3 <- list(age, sex, area)
tot <- c("(Intercept)" = N, "age35-54" = 18500, "age55+" = 15500, sexM = 24400, areatown = 26500, areavillage = 10500)
inter <- c("(Intercept)" = N, "age35-54" = 18500, "age55+" = 15500, sexM = 24400, areatown = 26500, areavillage = 10500,
           "age35-54:sexM" = 9200, "age55+:sexM" = 7300)
numeric <- c("(Intercept)" = N, income = 1250000, size = 152000)
D <- list()
D$linear <- calibrate(des, ~ age + sex + area, tot)
D$linear_list <- calibrate(des, f3, m3, calfun = "linear")
D$linear_bounds <- calibrate(des, ~ age + sex + area, tot, bounds = c(.4, 2.7))
D$raking <- calibrate(des, f3, m3, calfun = "raking", epsilon = 1e-12)
D$raking_loose <- calibrate(des, f3, m3, calfun = "raking")
D$raking_bounds <- calibrate(des, f3, m3, calfun = "raking", bounds = c(.4, 2.7))
D$logit <- calibrate(des, f3, m3, calfun = "logit", bounds = c(.3, 3.2), epsilon = 1e-12)
D$logit_loose <- calibrate(des, f3, m3, calfun = "logit", bounds = c(.3, 3.2))
D$interaction <- calibrate(des, ~ age * sex + area, inter, calfun = "raking", epsilon = 1e-12)
D$post <- postStratify(des, ~ age + sex, agesex)
D$rake <- rake(des, f3, m3, control = list(maxit = 100, epsilon = 1e-10))
D$rake_default <- rake(des, f3, m3)
D$rake_partial <- rake(des, list(~ age + sex, ~area), list(agesex, area), control = list(maxit = 100, epsilon = 1e-10))
S <- sum(weights(des))
share <- function(t) transform(t, Freq = Freq / N * S)
D$rake_shares <- rake(des, f3, lapply(m3, share), control = list(maxit = 100, epsilon = 1e-10))
D$numeric <- calibrate(des, ~ income + size, numeric)
D$numeric_raking <- calibrate(des, ~ income + size, numeric, calfun = "raking", epsilon = 1e-12)
D$numeric_bounds <- calibrate(des, ~ income + size, numeric, calfun = "logit", bounds = c(.4, 3), epsilon = 1e-12)
D$ratio <- calibrate(des, ~ income - 1, c(income = 1250000), variance = 1)
D$rescaled <- calibrate(one, f3, m3, calfun = "raking", bounds = c(.3, 3.2), epsilon = 1e-10)
D$rescaled_linear <- calibrate(one, ~ age + sex + area, tot, bounds = c(.3, 3.2), epsilon = 1e-10)
D$sequence <- calibrate(postStratify(des, ~age, age), ~ sex + area,
                        c("(Intercept)" = N, sexM = 24400, areatown = 26500, areavillage = 10500))
D$sequence2 <- calibrate(calibrate(des, ~ income + size, numeric), f3, m3, calfun = "raking", epsilon = 1e-12)
up <- 2 * median(weights(D$raking)); low <- .5 * median(weights(D$raking))
D$trim <- trimWeights(D$raking, upper = up, lower = low)
D$trim_strict <- trimWeights(D$raking, upper = up, lower = low, strict = TRUE)
D$trim_upper <- trimWeights(D$raking, upper = up)

write.csv(as.data.frame(lapply(D, function(x) num(weights(x)))), "weights.csv", row.names = FALSE, quote = FALSE)
row <- function(name) {
  x <- D[[name]]
  m <- svymean(~y, x, na.rm = TRUE); t <- svytotal(~y, x, na.rm = TRUE)
  v <- svymean(~y, subset(x, area == "village"), na.rm = TRUE)
  b <- svytotal(~ I(1 * (age == "18-34")), x)
  data.frame(name = name, mean = num(coef(m)), mean_se = num(SE(m)[1]), total = num(coef(t)), total_se = num(SE(t)[1]),
             village = num(coef(v)), village_se = num(SE(v)[1]), young = num(coef(b)), young_se = num(SE(b)[1]))
}
write.csv(do.call(rbind, lapply(names(D), row)), "results.csv", row.names = FALSE, quote = FALSE)
