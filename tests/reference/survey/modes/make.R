# Mode effects by R's svyglm on synth90:  Rscript make.R synth90.csv > svyglm.json
# Clusters, fixed effects of counties, effects by group (a subset keeps the design), two samples put together.
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust")
d <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = TRUE)
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~base_w, data = d, nest = TRUE)
d$apart <- interaction(d$mode, d$stratum, drop = TRUE)
d$psu_apart <- interaction(d$mode, d$psu, drop = TRUE)
separate <- svydesign(ids = ~psu_apart, strata = ~apart, weights = ~base_w, data = d)
number <- function(v) paste0("[", paste(formatC(as.numeric(v), digits = 17, format = "g"), collapse = ", "), "]")
say <- function(name, fit) sprintf('"%s": {"effect": %s, "se": %s, "df": %s}', name, number(coef(fit)["modeweb"]),
                                   number(sqrt(vcov(fit)["modeweb", "modeweb"])), number(fit$df.residual))
out <- c(
  say("clusters", svyglm(q1 ~ mode + age + sex + area, design)),
  say("counties", svyglm(q1 ~ mode + age + sex + area + county, design)),
  say("counties_q5", svyglm(q5 ~ mode + age + sex + area + county, design)),
  say("urban", svyglm(q1 ~ mode + age + sex, subset(design, area == "urban"))),
  say("rural", svyglm(q1 ~ mode + age + sex, subset(design, area == "rural"))),
  say("two_samples", svyglm(q1 ~ mode + age + sex + area, separate)))
cat("{", paste(out, collapse = ",\n"), "}", sep = "\n")
