# Answers of R's survey package on small awkward designs. Run: Rscript make.R (in this folder).
# survey 4.1-1 is brought to 4.5 in one place: the centre of strata of one unit under "adjust" (4.4-3 and later),
# written here from its definition: the mean over all sampled units of the stage, within the unit above.
suppressMessages({library(survey); library(jsonlite)})
old_onestage <- survey:::onestage
onestage_45 <- function(x, strata, clusters, nPSU, fpc, lonely.psu = getOption("survey.lonely.psu"), stage = 0, cal) {
  if (lonely.psu != "adjust") return(old_onestage(x, strata, clusters, nPSU, fpc, lonely.psu, stage, cal))
  s <- as.character(strata)
  centre <- colSums(x) / sum(nPSU[!duplicated(s)])
  v <- matrix(0, ncol(x), ncol(x))
  for (h in unique(s)) {
    rows <- which(s == h)
    n <- nPSU[rows][1]
    unit <- as.character(clusters[rows])
    t <- rowsum(x[rows, , drop = FALSE], unit)
    f <- if (is.null(fpc)) rep(1, nrow(t)) else (1 - n / fpc[rows])[match(rownames(t), unit)] # by unit, for Brewer's
    if (all(f < 1e-7)) next
    m <- if (n == 1) centre else colSums(t) / n
    d <- sweep(t, 2, m)
    v <- v + (if (n == 1) 1 else n / (n - 1)) * (crossprod(d * sqrt(f)) + f[1] * (n - nrow(t)) * outer(m, m))
  }
  v
}
assignInNamespace("onestage", onestage_45, "survey")

# ---- a population in strata, units and subunits, and a sample of it in three stages ----
set.seed(20261120)
rows <- list()
sizes <- list(n = c(3, 2, 4, 3, 1, 1, 2), N = c(9, 5, 30, 3, 6, 1, 8)) # S4 and S6 are taken whole
for (h in 1:7) for (i in seq_len(sizes$n[h])) {
  M <- sample(2:7, 1); m <- min(M, sample(1:3, 1)); effect <- rnorm(1)
  for (j in seq_len(m)) {
    K <- sample(2:9, 1); k <- min(K, sample(1:4, 1)); inner <- rnorm(1, 0, .5)
    for (p in seq_len(k))
      rows[[length(rows) + 1]] <- data.frame(stratum = paste0("S", h), psu = i, ssu = j, person = p, N1 = sizes$N[h], N2 = M, N3 = K,
        n1 = sizes$n[h], n2 = m, n3 = k, area = if (h <= 4) "north" else "south", y = 50 + 10 * (effect + inner + h / 3 + rnorm(1)))
  }
}
d <- do.call(rbind, rows)
n <- nrow(d)
d$x <- round(20 + rexp(n, 1 / 30), 2)
d$y <- round(d$y + d$x / 10, 3)
d$score <- pmin(5, pmax(1, round((d$y - 20) / 15)))
d$yes <- as.numeric(d$score >= 4)
d$y[sample(n, 6)] <- NA
d$yes[sample(n, 5)] <- NA
d$w <- round(d$N1 / d$n1 * d$N2 / d$n2 * d$N3 / d$n3 * runif(n, .8, 1.25), 4)
d$w[c(4, 40)] <- 0
# "b" misses whole strata, "c" is within one unit, "d" within one stratum of two units
d$dom <- ifelse(d$stratum %in% c("S1", "S3") & d$person > 1, "b", "a")
d$dom[d$stratum == "S3" & d$psu == 2] <- "c"
d$dom[d$stratum == "S2"] <- "d"
d$sex <- sample(c("F", "M"), n, TRUE)
d$f1 <- d$n1 / d$N1; d$f2 <- d$n2 / d$N2; d$f3 <- d$n3 / d$N3
d$p1 <- ave(runif(n, .1, .6), d$stratum, d$psu, FUN = function(v) v[1]) # selection probabilities of units, unequal
write.csv(d, "rows.csv", row.names = FALSE, na = "")

results <- list()
keep <- function(name, value) results[[name]] <<- value
stat <- function(call, df = FALSE) {
  v <- tryCatch(call, error = function(e) conditionMessage(e))
  if (is.character(v)) return(list(error = v))
  out <- list(est = unname(coef(v)), se = as.vector(unname(SE(v))))
  if (!is.null(attr(v, "deff"))) out$deff <- unname(deff(v))
  out
}
by <- function(formula, design, fun, ...) {
  v <- tryCatch(svyby(formula, ~dom, design, fun, ..., keep.names = FALSE), error = function(e) conditionMessage(e))
  if (is.character(v)) return(list(error = v))
  k <- (ncol(v) - 1) / 2
  list(dom = v$dom, est = unname(coef(v)), se = as.vector(unname(SE(v))))
}

# The covariance of domain means by their influences over all rows: svyby(covmat = TRUE) of 4.1-1 cannot
# where a subset keeps its rows (calibrated and Brewer's designs); 4.5 can.
cov_means <- function(design, items) {
  w <- weights(design)
  z <- do.call(cbind, lapply(sort(unique(d$dom)), function(q) sapply(items, function(item) {
    inside <- (d$dom == q) * w
    inside * (d[[item]] - sum(inside * d[[item]]) / sum(inside)) / sum(inside)
  })))
  unname(survey:::svyrecvar(z, design$cluster, design$strata, design$fpc, postStrata = design$postStrata))
}

make <- list(
  wr = function() svydesign(~psu, strata = ~stratum, weights = ~w, data = d, nest = TRUE),
  plain = function() svydesign(~1, strata = ~stratum, weights = ~w, data = d),
  srs = function() svydesign(~1, weights = ~w, data = d),
  one = function() svydesign(~psu, strata = ~stratum, weights = ~w, fpc = ~N1, data = d, nest = TRUE),
  two = function() svydesign(~psu + ssu, strata = ~stratum, weights = ~w, fpc = ~N1 + N2, data = d, nest = TRUE),
  two_fractions = function() svydesign(~psu + ssu, strata = ~stratum, weights = ~w, fpc = ~f1 + f2, data = d, nest = TRUE),
  three = function() svydesign(~psu + ssu + person, strata = ~stratum, weights = ~w, fpc = ~N1 + N2 + N3, data = d, nest = TRUE),
  brewer = function() svydesign(~psu, strata = ~stratum, weights = ~w, fpc = ~p1, pps = "brewer", data = d, nest = TRUE))
for (rule in c("adjust", "remove", "average", "certainty", "fail")) for (name in names(make)) {
  if (name == "srs" && rule != "adjust") next
  options(survey.lonely.psu = rule)
  g <- make[[name]]()
  full <- subset(g, !is.na(y)); known <- subset(g, !is.na(yes))
  keep(paste(rule, name, sep = "."), list(
    degf = degf(g), degf_by = sapply(c("a", "b", "c", "d"), function(q) degf(subset(g, dom == q)), USE.NAMES = FALSE),
    mean = stat(svymean(~y, g, na.rm = TRUE)), share = stat(svymean(~yes, g, na.rm = TRUE)),
    total = stat(svytotal(~y, g, na.rm = TRUE)), ratio = stat(svyratio(~y, ~x, full)),
    mean_by = by(~y, g, svymean, na.rm = TRUE), total_by = by(~y, g, svytotal, na.rm = TRUE),
    x_by = by(~x, g, svymean), xtotal_by = by(~x, g, svytotal),
    ratio_by = by(~score, g, svyratio, denominator = ~x),
    both = if (rule != "fail") unname(as.matrix(vcov(svymean(~x + score, g)))),
    cov_by = if (rule != "fail") cov_means(g, c("x", "score"))))
}

# ---- design effects, contrasts, intervals ----
options(survey.lonely.psu = "adjust")
for (name in c("wr", "plain", "two")) {
  g <- make[[name]]()
  ok <- subset(g, !is.na(y))
  keep(paste0("deff.", name), list(
    mean = unname(deff(svymean(~y, ok, deff = TRUE))), mean_replace = unname(deff(svymean(~y, ok, deff = "replace"))),
    total = unname(deff(svytotal(~y, ok, deff = TRUE))), total_replace = unname(deff(svytotal(~y, ok, deff = "replace"))),
    ratio = as.vector(deff(svyratio(~y, ~x, ok, deff = TRUE))), ratio_replace = as.vector(deff(svyratio(~y, ~x, ok, deff = "replace"))),
    by = unname(deff(svyby(~x, ~dom, g, svymean, deff = TRUE)))))
  b <- svyby(~x, ~dom, g, svymean, covmat = TRUE)
  con <- svycontrast(b, list(diff = c(1, -1, 0, 0), mix = c(.5, .25, 0, -.75)))
  keep(paste0("contrast.", name), list(est = unname(coef(con)), var = unname(as.matrix(vcov(con)))))
  ci <- list()
  for (method in c("logit", "xlogit", "beta", "mean", "asin"))
    ci[[method]] <- list(all = as.vector(confint(svyciprop(~yes, g, method = method, na.rm = TRUE))),
      a = as.vector(confint(svyciprop(~yes, subset(g, dom == "a"), method = method, na.rm = TRUE))))
  # Wilson as in 4.5: n_eff = p (1 - p) / var, quantile of t with degf(design)
  wilson <- function(g) {
    m <- svymean(~yes, g, na.rm = TRUE); p <- coef(m)[[1]]; n <- p * (1 - p) / vcov(m)[1, 1]; t <- qt(.975, degf(g))
    (p + t^2 / (2 * n) + c(-1, 1) * t / (2 * n) * sqrt(4 * n * p * (1 - p) + t^2)) / (1 + t^2 / n)
  }
  ci$wilson <- list(all = wilson(g), a = wilson(subset(g, dom == "a")))
  m <- svymean(~y, ok)
  ci$t <- as.vector(confint(m, df = degf(ok))); ci$z <- as.vector(confint(m))
  keep(paste0("ci.", name), ci)
}

# ---- quantiles ----
rules <- c("math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9")
probs <- c(.02, .1, .25, .5, .75, .95)
for (name in c("wr", "two", "plain")) for (rule in rules) {
  g <- make[[name]]()
  for (item in c("y", "score")) {
    ok <- subset(g, !is.na(get(item)) & w > 0)
    q <- svyquantile(as.formula(paste0("~", item)), ok, probs, qrule = rule, ci = FALSE)
    row <- list(est = as.vector(coef(q)))
    for (type in c("mean", "beta", "xlogit", "asin")) {
      one <- sapply(probs, function(p) {
        v <- tryCatch(suppressWarnings(svyquantile(as.formula(paste0("~", item)), ok, p, qrule = rule, interval.type = type)[[1]][1, ]),
                      error = function(e) rep(NA, 4))
        as.vector(v)
      })
      row[[type]] <- list(low = one[2, ], high = one[3, ], se = one[4, ])
    }
    keep(paste("quantile", name, rule, item, sep = "."), row)
  }
}
for (item in c("y", "score")) {
  v <- lapply(c("a", "b"), function(q) svyquantile(as.formula(paste0("~", item)), subset(make$wr(), dom == q & w > 0), .5, na.rm = TRUE)[[1]][1, ])
  keep(paste0("quantile_by.", item), list(a = as.vector(v[[1]]), b = as.vector(v[[2]])))
}
# four weights that make every case of the rules: p on a jump, below the first, ties
small <- svydesign(~1, weights = ~w, data = data.frame(v = c(3, 1, 2, 2, 5, 4), w = c(1, 2, 1, 2, 1, 1)))
for (rule in rules) keep(paste0("small.", rule), as.vector(coef(svyquantile(~v, small, c(.05, .125, .25, .375, .5, .625, .75, .99), qrule = rule, ci = FALSE))))

# ---- replicates ----
replicate_stats <- function(r) list(degf = degf(r), scale = r$scale, rscales = r$rscales,
  mean = stat(svymean(~x, r)), total = stat(svytotal(~x, r)), ratio = stat(svyratio(~score, ~x, r)),
  mean_by = by(~x, r, svymean), cov = unname(as.matrix(vcov(svymean(~x + score, r)))),
  cov_by = unname(as.matrix(vcov(svyby(~x, ~dom, r, svymean, covmat = TRUE)))),
  log = stat(withReplicates(r, quote(log(sum(.weights * x) / sum(.weights))))))
for (mse in c(FALSE, TRUE)) {
  tag <- if (mse) "mse" else "centred"
  keep(paste0("jk1.", tag), replicate_stats(as.svrepdesign(make$srs(), type = "JK1", mse = mse)))
  for (rule in c("adjust", "remove", "average")) {
    options(survey.lonely.psu = rule)
    keep(paste("jkn", rule, tag, sep = "."), replicate_stats(as.svrepdesign(make$wr(), type = "JKn", mse = mse)))
    keep(paste("jkn_fpc", rule, tag, sep = "."), replicate_stats(as.svrepdesign(make$one(), type = "JKn", mse = mse)))
  }
  options(survey.lonely.psu = "adjust")
}
set.seed(7)
boot <- as.svrepdesign(subset(make$wr(), !(stratum %in% c("S5", "S6"))), type = "subbootstrap", replicates = 40)
part <- d[!(d$stratum %in% c("S5", "S6")), ]
matrix_weights <- round(weights(boot, "analysis"), 6)
write.csv(as.data.frame(matrix_weights), "bootstrap.csv", row.names = FALSE)
rscales <- round(runif(40, .5, 1.5), 3)
for (mse in c(FALSE, TRUE)) {
  tag <- if (mse) "mse" else "centred"
  given <- svrepdesign(data = part, weights = ~w, repweights = matrix_weights, type = "bootstrap", mse = mse)
  keep(paste0("bootstrap.", tag), replicate_stats(given))
  given <- svrepdesign(data = part, weights = ~w, repweights = matrix_weights, type = "other", scale = .03, rscales = rscales, mse = mse)
  keep(paste0("other.", tag), replicate_stats(given))
  given <- suppressWarnings(svrepdesign(data = part, weights = ~w, repweights = matrix_weights[, 1:7], type = "JK2", mse = mse))
  keep(paste0("jk2.", tag), replicate_stats(given))
}

# ---- reliability: one-factor maximum likelihood of a weighted covariance, weighted alpha ----
k <- 5; f <- rnorm(n)
items <- as.data.frame(sapply(1:k, function(i) round(3 + (.4 + .1 * i) * f + rnorm(n), 3)))
names(items) <- paste0("i", 1:k)
write.csv(items, "items.csv", row.names = FALSE)
whole <- svydesign(~1, weights = ~w, data = cbind(d["w"], items)[d$w > 0, ])
v <- coef(svyvar(~i1 + i2 + i3 + i4 + i5, whole))
v <- matrix(v, k, k)
fa <- factanal(covmat = cov2cor(v), factors = 1, n.obs = n, control = list(opt = list(factr = 10)))
keep("reliability", list(cov = v, alpha = unname(svycralpha(~i1 + i2 + i3 + i4 + i5, whole)),
  loadings = abs(as.vector(fa$loadings)) * sqrt(diag(v)), unique = unname(fa$uniquenesses) * diag(v)))

# ---- calibrated variances, without the rows of weight 0 (R divides by them) ----
d <- d[d$w > 0, ]
margin_sex <- data.frame(sex = c("F", "M"), Freq = c(1300, 1100))
margin_area <- data.frame(area = c("north", "south"), Freq = c(1900, 500))
for (rule in c("adjust", "average", "remove")) {
  options(survey.lonely.psu = rule)
  for (name in c("wr", "two")) {
    g <- make[[name]]()
    cal <- list(post = postStratify(g, ~sex, margin_sex),
      rake = calibrate(g, list(~sex, ~area), list(margin_sex, margin_area), calfun = "raking", epsilon = 1e-12),
      greg = calibrate(g, ~x + sex, c(`(Intercept)` = 2400, x = 115000, sexM = 1100)))
    for (kind in names(cal)) {
      h <- cal[[kind]]
      keep(paste("calibrated", rule, name, kind, sep = "."), list(weights = as.vector(weights(h)),
        mean = stat(svymean(~y, h, na.rm = TRUE)), total = stat(svytotal(~y, h, na.rm = TRUE)),
        mean_by = by(~y, h, svymean, na.rm = TRUE), total_by = by(~y, h, svytotal, na.rm = TRUE),
        x_by = by(~score, h, svymean), cov_by = cov_means(h, "score")))
    }
  }
}

clean <- function(v) if (is.list(v)) lapply(v, clean) else if (is.numeric(v)) { v <- unname(v); v } else v
write_json(list(meta = list(r = R.version.string, survey = as.character(packageVersion("survey")),
  note = "onestage of survey 4.5 for 'adjust'; see make.R"), results = clean(results)), "results.json", digits = I(17), auto_unbox = TRUE, na = "null", pretty = FALSE)
cat("done", length(results), "\n")
