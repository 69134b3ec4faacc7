// Made by scripts/types from the API's description. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Choice: string | ({
            name: string;
        } & {
            [key: string]: unknown;
        });
        /** @description What it costs to switch something off. */
        AblationAnswer: {
            run: string;
            step: number;
            epoch: number;
            /** @description How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long. */
            samples: number;
            /** @description How many samples the part has. */
            all: number;
            /** @enum {string} */
            part: "train" | "validation" | "test";
            before: {
                [key: string]: number | null;
            };
            after: {
                [key: string]: number | null;
            };
        };
        /** @description The server runs. */
        Alive: {
            /** @constant */
            status: "ok";
            version: string;
        };
        /** @description What an entry can be tuned with. */
        ArgumentAnswer: {
            name: string;
            label: string;
            help: string;
            default: boolean | number | string;
            minimum: number | null;
            maximum: number | null;
            /** @enum {string} */
            kind: "number" | "integer" | "boolean" | "option";
            /**
             * @description How a slider should move.
             * @enum {string}
             */
            scale: "linear" | "log";
            /** @description Of the kind `option`: what can be chosen. */
            options: string[];
        };
        /** @description The output over the plane, row 0 at the highest x2; one such grid for each class if there are several. */
        BoundaryAnswer: {
            run: string;
            step: number;
            epoch: number;
            width: number;
            height: number;
            domain: number[];
            values: (number | null)[][] | (number | null)[][][];
        };
        /** @description In ten bins of confidence: the mean confidence, and the share of predictions that are correct. */
        Calibration: {
            counts: number[];
            confidence: (number | null)[];
            accuracy: (number | null)[];
            error: number | null;
        };
        /** @description Everything that can be chosen. */
        CatalogueAnswer: {
            version: string;
            conventions: string[];
            limits: {
                [key: string]: number;
            };
            default_experiment: components["schemas"]["Experiment"];
            families: {
                [key: string]: components["schemas"]["FamilyAnswer"];
            };
        };
        /** @description A weight, or a bias, and its value. */
        ChangeAnswer: {
            layer: number;
            unit: number;
            input: number | null;
            value: number;
        };
        /** @description What was changed, as it was before: sent again, it takes the change back. */
        ChangesAnswer: {
            run: string;
            step: number;
            epoch: number;
            before: components["schemas"]["ChangeAnswer"][];
        };
        /** @description One class, or label, against the rest. */
        ClassEvaluation: {
            name: string;
            /** @description How many samples belong to the class. */
            support: number;
            /** @description How many samples were predicted as this class. */
            predicted: number;
            true_positives: number;
            precision: number | null;
            recall: number | null;
            f1: number | null;
            roc: components["schemas"]["Roc"];
            auc: number | null;
        };
        /** @description One column of an uploaded file: what it holds, and which inputs it became. */
        ColumnAnswer: {
            name: string;
            /** @enum {string} */
            type: "number" | "text" | "date";
            /** @enum {string} */
            role: "input" | "target" | "unused";
            missing: number;
            inputs: string[];
            note: string;
            low?: number | null;
            high?: number | null;
            mean?: number | null;
            words?: string[] | null;
        };
        /** @description The distributions along a run, oldest first. */
        CourseAnswer: {
            run: string;
            step: number;
            epoch: number;
            moments: components["schemas"]["MomentDistributions"][];
        };
        /** @description The points, for drawing: words have become one column for each word, dates the days since the first. */
        DatasetAnswer: {
            columns: string[];
            /** @description In the order in which `predict` takes a row. */
            fields: components["schemas"]["FieldAnswer"][];
            targets: components["schemas"]["Targets"];
            domain: [
                number,
                number,
                number,
                number
            ];
            axes: [
                number,
                number
            ];
            /** @description Where the points spread most; null for a plane. */
            principal: components["schemas"]["ProjectionAnswer"] | null;
            parts: {
                [key: string]: components["schemas"]["PartAnswer"];
            };
        };
        /** @description What is wrong with a run, the worst first; consequences of what is named are left out. */
        DiagnosisAnswer: {
            findings: components["schemas"]["Finding"][];
            /** @description By part, where there is such a part. */
            scores: {
                [key: string]: components["schemas"]["Score"];
            };
            /** @description Whether it has learned clearly less than nearest neighbors know. */
            falls_short: boolean;
            run: string;
            step: number;
            epoch: number;
            healthy: boolean;
        };
        /** @description Hidden layers in order, the output layer last. */
        DistributionsAnswer: {
            run: string;
            step: number;
            epoch: number;
            /** @description How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long. */
            samples: number;
            /** @description How many samples the part has. */
            all: number;
            layers: components["schemas"]["LayerDistributions"][];
        };
        /** @description One thing that can be chosen. Formulas are KaTeX. */
        EntryAnswer: {
            name: string;
            label: string;
            summary: string;
            /** @description When to choose it. */
            when: string;
            /** @description What can go wrong. */
            hazard: string;
            source: string;
            formula: string | null;
            aliases: string[];
            /** @description The tasks it is for; null for all. The usual one comes first. */
            tasks: ("binary" | "multiclass" | "multilabel" | "regression")[] | null;
            arguments: components["schemas"]["ArgumentAnswer"][];
            derivative_formula?: string;
            /** @description Of a regularizer: what it does to a weight after the update. */
            shrinkage_formula?: string;
            curve?: components["schemas"]["SampledCurve"] | null;
            course?: components["schemas"]["ScheduleCourse"] | null;
            /** @description Of an activation: the lowest and the highest output. */
            range?: (number | null)[];
            /** @description Of an activation: the layers that can have it. */
            places?: ("hidden" | "output")[];
            monotonic?: boolean;
            zero_centered?: boolean;
            saturates?: components["schemas"]["Saturation"] | null;
            /** @description Of a task: the usual output activation. */
            output?: string;
            /** @description Of a task: the usual loss. */
            loss?: string;
            /** @description Of a loss: the output activations that it goes with. */
            outputs?: string[];
            /** @description Of a data set. */
            columns?: string[];
            /** @description Of a data set: how many classes or labels it has. */
            classes?: number | null;
            samples?: components["schemas"]["SampleBounds"] | null;
            preview?: components["schemas"]["PointsPreview"] | null;
            map?: components["schemas"]["FeatureMap"] | null;
            /** @description Of a metric: whether it is a share, of which more is better. */
            share?: boolean;
            /** @description Of a criterion: what it prunes. */
            what?: ("weights" | "neurons") | null;
            severity?: ("critical" | "warning") | null;
            /** @description Of a finding: when it looks wrong but is not. */
            exception?: string;
        };
        /** @description How good the predictions are, part by part. */
        EvaluationAnswer: {
            run: string;
            step: number;
            epoch: number;
            classes: string[] | null;
            parts: {
                [key: string]: components["schemas"]["PartEvaluation"];
            };
        };
        /** @description One menu. */
        FamilyAnswer: {
            label: string;
            help: string;
            default: string | null;
            entries: components["schemas"]["EntryAnswer"][];
        };
        /** @description A feature over the plane, one byte for each point, in base64. Row 0 is at the top. */
        FeatureMap: {
            width: number;
            height: number;
            low: number;
            high: number;
            data: string;
        };
        /** @description One value of a row that is to be predicted: numbers as they are, dates as ISO text, or one of some words. */
        FieldAnswer: {
            name: string;
            /** @enum {string} */
            type: "number" | "text" | "date";
            words: string[] | null;
            low: number | string | null;
            high: number | string | null;
            /** @description The mean, or the commonest word. */
            typical: number | string | null;
        };
        /** @description One thing that is wrong with a run. What its name means is an entry of the family `finding`. */
        Finding: {
            name: string;
            label: string;
            /** @enum {string} */
            severity: "critical" | "warning";
            /** @description Where: from 0, the output last; none at all means the whole network. */
            layers: number[];
            /** @description The numbers by which it shows. */
            evidence: {
                [key: string]: number | null;
            };
            /** @description These numbers in a sentence. */
            summary: string;
            /** @description The likely cause. */
            cause: string;
            /** @description What helps, the likeliest first. */
            fixes: components["schemas"]["Fix"][];
        };
        /** @description A change that helps, as a merge patch of the present experiment. */
        Fix: {
            label: string;
            /** @description To send with PATCH as it is. */
            patch: {
                [key: string]: unknown;
            };
            /** @description Whether it helps only a new run: send it with `reset=true`. */
            needs_reset: boolean;
        };
        /**
         * @description How often numbers fall into equal bins from low to high; quantiles are 0, 5, 25, 50, 75, 95 and 100 %.
         *
         *     Without finite numbers the ends are NaN and the lists empty.
         */
        Histogram: {
            low: number | null;
            high: number | null;
            counts: number[];
            mean: number | null;
            std: number | null;
            quantiles: (number | null)[];
            not_finite: number;
        };
        /**
         * @description The recorded rows after `since`, by column.
         *
         *     Losses and metrics are over all samples of their part, dropout and noise off; losses carry the class weights, in the
         *     validation and test parts too. Columns with a list in each row have a number for each layer, hidden layers first.
         */
        History: {
            run: string;
            since: number;
            last: number;
            /** @description `learning_rate` is that of the next update. Per layer: `gradient_norm` of the data loss, `weight_norm`, `update_ratio` (the last update over the weights), `saturated` (share of outputs whose derivative is under 0.01), `dead` (share of units whose derivative is 0 for every sample), `mean` and `std` of the activations, and `zero_weights`: how many weights are exactly 0. */
            columns: {
                [key: string]: unknown[];
            };
        };
        /** @description An experiment made from something else; `changes` says what could not be taken as it was. */
        ImportAnswer: {
            experiment: components["schemas"]["Experiment"];
            changes: string[];
        };
        /** @description What a link leads to. */
        Joined: {
            /** @description The session's id. */
            session: string;
        };
        /** @description What a run began with and every change since: together they reproduce it. */
        JournalAnswer: {
            run: string;
            experiment: components["schemas"]["Experiment"];
            /** @description False if there were too many changes to keep. */
            complete: boolean;
            entries: components["schemas"]["JournalEntry"][];
        };
        /** @description A change that was made to a run. */
        JournalEntry: {
            seq: number;
            step: number;
            epoch: number;
            /** @enum {string} */
            kind: "patch" | "parameters" | "step" | "resume";
            what: {
                [key: string]: unknown;
            };
        };
        /** @description What the last update learned from, and what it did. Losses are means over its batch, without the penalty. */
        LastUpdate: {
            /** @description Indices of training samples. */
            samples: number[];
            loss_before: number | null;
            /** @description With the present weights. */
            loss: number | null;
        };
        /** @description What one layer has learned; a normalized one has gamma, beta, a moving mean and a moving variance. */
        LayerAnswer: {
            weights: number[][];
            biases: number[];
            gamma?: number[] | null;
            beta?: number[] | null;
            slopes?: number[] | null;
            moving_mean?: number[] | null;
            moving_variance?: number[] | null;
            /** @description 1, or 0 for weights that were pruned. */
            mask?: number[][] | null;
        };
        /**
         * @description The histograms of one layer's weights and, over the measured training samples, of its `pre_activations` (what its
         *     activation takes in), `activations`, `gradients` (of the mean loss, by weight) and `errors` (dL/dz of one sample).
         */
        LayerDistributions: {
            name: string;
            weights: components["schemas"]["Histogram"];
            pre_activations: components["schemas"]["Histogram"];
            activations: components["schemas"]["Histogram"];
            gradients: components["schemas"]["Histogram"];
            errors: components["schemas"]["Histogram"];
        };
        /** @description Standard deviations over the training samples, and the length of the gradient. */
        LayerSpread: {
            name: string;
            activations: number | null;
            errors: number | null;
            gradient: number | null;
        };
        /**
         * @description How good the network is at this step; parts without samples are null.
         *
         *     Recorded steps are measured over all samples, others too unless a large network has many of them.
         */
        Metrics: {
            train: {
                [key: string]: number | null;
            } | null;
            validation: {
                [key: string]: number | null;
            } | null;
            test: {
                [key: string]: number | null;
            } | null;
            penalty: number | null;
            /** @description Over how many samples of each part. Fewer than the part has: a fixed draw of 2,000, because no row is recorded at this step and measuring all samples would take too long. */
            samples: {
                [key: string]: number;
            };
        };
        /** @description The distributions at one epoch. */
        MomentDistributions: {
            step: number;
            epoch: number;
            layers: components["schemas"]["LayerDistributions"][];
        };
        /** @description By how much a field moved an output away from what it would be if the field were typical. */
        MoveAnswer: {
            field: string;
            /** @description Of the predicted class's probability, or in the target's unit. */
            change: number | null;
        };
        /** @description What each unit of a layer gives over the plane, row 0 at the highest x2. */
        NeuronMaps: {
            name: string;
            units: (number | null)[][][];
        };
        /** @description Hidden layers in order, the output layer last. */
        NeuronsAnswer: {
            run: string;
            step: number;
            epoch: number;
            width: number;
            height: number;
            domain: number[];
            layers: components["schemas"]["NeuronMaps"][];
        };
        /** @description A token that was just made. */
        NewToken: {
            id: string;
            /** @description When, in UTC (ISO 8601). */
            created: string;
            /** @description What to send as `Authorization: Bearer TOKEN`. It is shown this once. */
            token: string;
        };
        /** @description How batch normalization moved a layer's numbers. */
        Normalization: {
            /** @enum {string} */
            position: "before" | "after";
            means: (number | null)[];
            /** @description The square root of variance + epsilon. */
            deviations: (number | null)[];
            normalized: (number | null)[];
            scaled: (number | null)[];
        };
        /** @description Something to know about a field that is not an error. */
        NoteAnswer: {
            field: string;
            message: string;
        };
        /** @description Weights and biases, hidden layers in order, the output layer last. */
        ParametersAnswer: {
            run: string;
            step: number;
            epoch: number;
            layers: components["schemas"]["LayerAnswer"][];
        };
        /** @description Raw points and their targets. */
        PartAnswer: {
            points: number[][];
            targets: (number | number[])[];
        };
        /** @description One part of the data. What does not go with the task is None. */
        PartEvaluation: {
            /** @description How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long. */
            samples: number;
            /** @description How many samples the part has. */
            all: number;
            measures: {
                [key: string]: number | null;
            };
            /** @description Row: true class; column: predicted class. */
            confusion?: number[][] | null;
            classes?: components["schemas"]["ClassEvaluation"][] | null;
            calibration?: components["schemas"]["Calibration"] | null;
            regression?: components["schemas"]["Regression"] | null;
        };
        /** @description Some points of a data set. */
        PointsPreview: {
            points: number[][];
            targets: (number | number[])[];
        };
        /** @description What the network says of each row. */
        Prediction: {
            outputs: (number | null)[][];
            labels: (string | number | null | string[])[];
            /** @description Of each row, the largest first; only where `explain` was asked for. */
            moved?: components["schemas"]["MoveAnswer"][][] | null;
        };
        /** @description The first rows as they stand in the file. */
        PreviewAnswer: {
            names: string[];
            rows: string[][];
        };
        /** @description A point x is drawn at `rows x - shift`. */
        ProjectionAnswer: {
            rows: number[][];
            shift: number[];
        };
        /** @description The report, and the session with the pruned network; in a preview it is as it was. */
        PruneAnswer: {
            report: components["schemas"]["PruneReport"];
            session: components["schemas"]["SessionAnswer"];
        };
        /** @description What pruning did. */
        PruneReport: {
            /** @description Of each part, over how many samples: all, or a fixed draw of 2,000 where that takes too long. */
            samples: {
                [key: string]: number;
            };
            before: components["schemas"]["TimedSize"];
            after: components["schemas"]["TimedSize"];
            steps: components["schemas"]["PrunedSize"][];
            /** @description Why it ended early, in words. */
            stopped: string | null;
        };
        /** @description How large and how good a network is, at first or after a step and its training; `undone` if it was taken back. */
        PrunedSize: {
            units: number;
            parameters: number;
            nonzero: number;
            bytes: number;
            sparse_bytes: number;
            flops: number;
            effective_flops: number;
            measures: {
                [key: string]: {
                    [key: string]: number | null;
                };
            };
            undone?: boolean;
        };
        /** @description What is left without this part, and by how much the loss grows. */
        RankedPart: {
            /** @enum {string} */
            kind: "feature" | "layer" | "unit" | "connection";
            layer: number | null;
            unit: number | null;
            input: number | null;
            name: string;
            after: {
                [key: string]: number | null;
            };
            cost: number | null;
        };
        /** @description What matters most, the costliest first. */
        RankingAnswer: {
            run: string;
            step: number;
            epoch: number;
            /** @description How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long. */
            samples: number;
            /** @description How many samples the part has. */
            all: number;
            /** @enum {string} */
            part: "train" | "validation" | "test";
            before: {
                [key: string]: number | null;
            };
            parts: components["schemas"]["RankedPart"][];
        };
        /** @description The server can train. */
        Ready: {
            /** @constant */
            ready: true;
        };
        /** @description How far predictions are from targets, in the target's unit; residuals are prediction minus target. */
        Regression: {
            mean_absolute_error: number | null;
            root_mean_squared_error: number | null;
            r2: number | null;
            bias: number | null;
            residuals: components["schemas"]["Histogram"];
            targets: (number | null)[];
            predictions: (number | null)[];
        };
        /** @description The ROC curve: both rates as the threshold falls; empty where there is none. */
        Roc: {
            false_positive_rate: number[];
            true_positive_rate: number[];
        };
        /** @description How many samples a data set can have. */
        SampleBounds: {
            minimum: number;
            default: number;
            maximum: number;
        };
        /** @description A function and its derivative, sampled at x. */
        SampledCurve: {
            x: number[];
            value: (number | null)[];
            derivative: (number | null)[];
        };
        /** @description Below and above which sums the derivative is nearly 0 for good; null where it never is. */
        Saturation: {
            below: number | null;
            above: number | null;
        };
        /** @description What the learning rate is multiplied by, over a thousand epochs. */
        ScheduleCourse: {
            x: number[];
            value: number[];
        };
        /**
         * @description How good the answers for one part are: compare it before and after a fix.
         *
         *     `measure` is balanced accuracy where the classes are uneven: a network that never answers with a rare class must not
         *     look good. `value` is a share of right answers, or of a regression the mean absolute error in the target's unit.
         */
        Score: {
            /** @description A metric's name, or balanced_accuracy where the classes are uneven. */
            measure: string;
            value: number | null;
            /** @description The standard error of the value. */
            noise: number | null;
            loss: number | null;
        };
        /** @description A session. */
        SessionAnswer: {
            id: string;
            /** @description Changes with every reset. */
            run: string;
            /** @enum {string} */
            state: "ready" | "running" | "paused" | "finished" | "diverged" | "failed";
            /** @description Grows with every change of state: tells which of two answers is the newer one. */
            stage: number;
            /** @description Why it is in this state, in words. */
            reason: string | null;
            step: number;
            epoch: number;
            steps_per_second: number;
            /** @description How many clients listen to its stream. */
            watchers: number;
            /**
             * @description What the asker may do with it: everything, or look at it by its link.
             * @enum {string}
             */
            access: "own" | "read";
            warning: string | null;
            /** @description Epochs per second while it plays; null is flat out. */
            rate: number | null;
            /** @description Where playing ends. */
            until: (components["schemas"]["UntilEpochs"] | components["schemas"]["UntilMetric"]) | null;
            experiment: components["schemas"]["Experiment"];
            /** @description How many numbers the network learns. */
            parameter_count: number;
            notes: components["schemas"]["NoteAnswer"][];
            metrics: components["schemas"]["Metrics"];
            /** @description Null while training, at step 0, after weights were set, and for batches of over 1,000 samples. */
            last_update: components["schemas"]["LastUpdate"] | null;
        };
        /** @description The asker's own sessions. */
        SessionList: {
            sessions: components["schemas"]["Summary"][];
        };
        /** @description A link to look at a session. */
        ShareAnswer: {
            secret: string;
        };
        /** @description How activations and errors spread from layer to layer in a network that has not begun to learn. */
        SpreadAnswer: {
            layers: components["schemas"]["LayerSpread"][];
        };
        /** @description Where a session stands. */
        Summary: {
            id: string;
            /** @description Changes with every reset. */
            run: string;
            /** @enum {string} */
            state: "ready" | "running" | "paused" | "finished" | "diverged" | "failed";
            /** @description Grows with every change of state: tells which of two answers is the newer one. */
            stage: number;
            /** @description Why it is in this state, in words. */
            reason: string | null;
            step: number;
            epoch: number;
            steps_per_second: number;
            /** @description How many clients listen to its stream. */
            watchers: number;
        };
        /** @description What the targets mean. */
        Targets: {
            /** @enum {string} */
            kind: "binary" | "multiclass" | "multilabel" | "regression";
            classes: string[] | null;
            /** @description The answers that mean no and yes; null in a regression. */
            range: [
                number,
                number
            ] | null;
        };
        /** @description And how long it takes. */
        TimedSize: {
            units: number;
            parameters: number;
            nonzero: number;
            bytes: number;
            sparse_bytes: number;
            flops: number;
            effective_flops: number;
            measures: {
                [key: string]: {
                    [key: string]: number | null;
                };
            };
            undone?: boolean;
            /** @description Measured, for one sample among many. */
            inference_us: number | null;
        };
        /** @description How far back this run can be looked at, which is to its beginning, and what is kept for that. */
        TimelineAnswer: {
            run: string;
            step: number;
            epoch: number;
            /** @description The last whole epoch; all from 0 to it can be visited. */
            last: number;
            /** @description Epochs between two checkpoints. */
            stride: number;
            /** @description The epochs of the checkpoints: these are shown soonest. */
            kept: number[];
            bytes: number;
            /** @description The journal without what was changed. */
            changes: components["schemas"]["JournalEntry"][];
        };
        /** @description A token of a script, of which only the id is known. */
        TokenLine: {
            id: string;
            /** @description When, in UTC (ISO 8601). */
            created: string;
        };
        /** @description The asker's tokens. */
        TokenList: {
            tokens: components["schemas"]["TokenLine"][];
        };
        /** @description One sample forward, its error back, the update, and the sample once more. */
        TraceAnswer: {
            run: string;
            step: number;
            epoch: number;
            /** @enum {string} */
            part: "train" | "validation" | "test";
            sample: number;
            /** @enum {string} */
            mode: "training" | "evaluation";
            point: (number | null)[];
            columns: string[];
            features: string[];
            inputs: (number | null)[];
            /** @description What is added to the inputs. */
            noise: (number | null)[] | null;
            target: number | null | (number | null)[];
            /** @description What the outputs should be. */
            wanted: (number | null)[];
            weight: number | null;
            layers: components["schemas"]["TracedLayer"][];
            loss: number | null;
            loss_again: number | null;
            penalty: number | null;
            learning_rate: number | null;
            /** @description Other numbers in the formulas of the targets, the loss, the schedule, clipping and the update: in the schedule's formula t is the time in epochs, in the update's it is `step`, the number of this update. */
            arguments: {
                [key: string]: {
                    [key: string]: number | null;
                };
            };
            /** @description KaTeX of every kind of number; null where nothing is computed. i counts what enters a layer, j its units, k the outputs or the sums of a maxout unit. e is an error, the delta of z is dL/dz, h what is normalized, r 1 for what dropout keeps and 0 for the rest. A hidden unit's error comes from the layer above. */
            formulas: {
                [key: string]: unknown;
            };
        };
        /** @description One layer on the way forward and back; parameters, gradients and what becomes of them are by name. */
        TracedLayer: {
            name: string;
            activation: string;
            /** @description What enters, after dropout. */
            inputs: (number | null)[];
            /** @description What dropout multiplied each input with. */
            kept: (number | null)[] | null;
            parameters: {
                [key: string]: (number | null)[] | (number | null)[][];
            };
            /** @description The other numbers in this layer's formulas. */
            arguments: {
                [key: string]: {
                    [key: string]: number | null;
                };
            };
            /** @description 0 for parameters that stay 0 for good. */
            mask: {
                [key: string]: (number | null)[] | (number | null)[][];
            } | null;
            pre_activations: (number | null)[];
            normalization: components["schemas"]["Normalization"] | null;
            /** @description Of an activation whose slope differs from unit to unit. */
            slopes: (number | null)[] | null;
            activations: (number | null)[];
            outputs: (number | null)[];
            derivatives: (number | null)[] | null;
            /** @description dL/da; null where loss and activation are taken together. */
            errors: (number | null)[] | null;
            /** @description dL/dz. */
            deltas: (number | null)[];
            /** @description Of the data loss. */
            gradients: {
                [key: string]: (number | null)[] | (number | null)[][];
            };
            /** @description With the smooth part of the penalty, and clipped: what the optimizer gets. */
            total_gradients: {
                [key: string]: (number | null)[] | (number | null)[][];
            };
            /** @description How far an L1 penalty moves each weight toward 0 after the update. */
            shrinkage: number | null;
            /** @description What the optimizer remembers before the update, by the names in its formula. */
            memory: {
                [key: string]: {
                    [key: string]: (number | null)[] | (number | null)[][];
                };
            };
            memory_after: {
                [key: string]: {
                    [key: string]: (number | null)[] | (number | null)[][];
                };
            };
            updated: {
                [key: string]: (number | null)[] | (number | null)[][];
            };
            /** @description The outputs after the update. */
            again: (number | null)[];
        };
        /** @description The trade-off, without training in between. */
        TradeoffAnswer: {
            run: string;
            step: number;
            epoch: number;
            criterion: string;
            /** @description Of each part, over how many samples: all, or a fixed draw of 2,000 where that takes too long. */
            samples: {
                [key: string]: number;
            };
            points: components["schemas"]["TradeoffPoint"][];
        };
        /** @description What is left of the quality when a share is pruned. */
        TradeoffPoint: {
            fraction: number;
            measures: {
                [key: string]: {
                    [key: string]: number | null;
                };
            };
        };
        /** @description How often a unit's activation gets sums in equal bins from low to high. */
        UnitHistogram: {
            low: number;
            high: number;
            counts: number[];
        };
        /** @description One for each unit of a layer; in a maxout layer one for each piece of each. */
        UnitsAnswer: {
            run: string;
            step: number;
            epoch: number;
            /** @description How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long. */
            samples: number;
            /** @description How many samples the part has. */
            all: number;
            name: string;
            units: components["schemas"]["UnitHistogram"][];
        };
        /** @description Play to the end of this epoch of the run. */
        UntilEpochs: {
            epochs: number;
        };
        /** @description Play until a metric is at least (shares such as accuracy) or at most (losses and errors) its target. */
        UntilMetric: {
            /** @example test_accuracy */
            metric: string;
            target: number;
        };
        /** @description What was found in an uploaded file; `dropped` rows lacked a value that was needed. */
        UploadAnswer: {
            id: string;
            created: string;
            dataset: {
                [key: string]: string;
            };
            name: string;
            rows: number;
            inputs: string[];
            /** @enum {string} */
            task: "binary" | "multiclass" | "multilabel" | "regression";
            target: string;
            classes: string[] | null;
            dropped: number;
            delimiter: string;
            decimal: string;
            header: boolean;
            columns: components["schemas"]["ColumnAnswer"][];
            /** @description What was assumed or left out when the file was read. */
            notes: string[];
            preview: components["schemas"]["PreviewAnswer"];
        };
        /** @description A line in the list of uploaded tables. */
        UploadLine: {
            id: string;
            created: string;
            dataset: {
                [key: string]: string;
            };
            name: string;
            rows: number;
            inputs: string[];
            /** @enum {string} */
            task: "binary" | "multiclass" | "multilabel" | "regression";
            target: string;
            classes: string[] | null;
            /** @description How many sessions learn from it. */
            uses: number;
        };
        /** @description The uploaded tables, the newest first. */
        UploadList: {
            datasets: components["schemas"]["UploadLine"][];
        };
        /** @description The server cannot train yet. */
        Waiting: {
            waiting_for: string;
        };
        /** @description What is switched off together, and the part of the data that it is measured on. */
        Ablation: {
            off: components["schemas"]["PartOff"][];
            part?: ("train" | "validation" | "test") | null;
        };
        /** @description Keeps the numbers inside the network in a range where it learns well, whatever the layers below do. */
        BatchNormalization: {
            /**
             * @description Before the activation, on the pre-activations, as first published; or after it, on its outputs.
             * @enum {string}
             */
            position: "before" | "after";
            /** @description The share of the moving averages that is kept at each update, as in Keras (PyTorch's is 1 minus this). Smaller follows the batches faster. */
            momentum: number;
            /** @description Added to the variance to avoid division by zero. The batch's variance is divided by n. */
            epsilon: number;
        };
        /** @description The output over the plane. With several classes or labels `data` is the winning one. */
        BoundaryMessage: {
            low: number;
            high: number;
            data: Uint8Array;
            step: number;
            epoch: number;
            past: boolean;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "boundary";
            width: number;
            height: number;
            axes: [
                number,
                number
            ] | "principal";
            domain: [
                number,
                number,
                number,
                number
            ];
            classes: number | null;
            /** @description How likely the winning class is, 0 to 255. */
            confidence?: Uint8Array;
        };
        /** @description A limit to the gradient of each update: a remedy against exploding ones (Pascanu, Mikolov and Bengio, 2013). */
        Clipping: {
            /**
             * @description Limit the norm of the whole gradient, which keeps its direction; or limit each component.
             * @enum {string}
             */
            by: "norm" | "value";
            /** @description The largest norm or component allowed. */
            threshold: number;
        };
        /** @description Ends training when a quantity has not become better for a while. */
        EarlyStopping: {
            /**
             * @description What is watched after every epoch. Watching the test part would spoil it as a judge.
             * @enum {string}
             */
            monitor: "validation_loss" | "validation_accuracy" | "validation_binary_accuracy" | "validation_exact_match" | "validation_mean_absolute_error" | "train_loss" | "train_accuracy" | "train_binary_accuracy" | "train_exact_match" | "train_mean_absolute_error" | "test_loss" | "test_accuracy" | "test_binary_accuracy" | "test_exact_match" | "test_mean_absolute_error";
            /** @description Training stops when this many epochs in a row have brought nothing better. As in Keras: 0 and 1 both stop at the first such epoch. */
            patience: number;
            /** @description How much better a value must be to count as better. */
            min_delta: number;
            /** @description Goes back to the weights of the best epoch when early stopping ends the run. If anything else ends or pauses it, the weights stay as they are, and the reason given names the best epoch. */
            restore_best: boolean;
        };
        /** @description What a message asked for cannot be done; the stream goes on. `problem` is the type of the problem. */
        ErrorMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "error";
            title: string;
            status: number;
            detail: string;
            errors: components["schemas"]["FieldProblem"][];
            /** @description Of an uploaded file that was refused: what its columns are. */
            columns?: string[] | null;
            /** @description Of an uploaded file that is too large: how many rows it has. */
            rows?: number | null;
            /** @description Of an uploaded file that is too large. */
            limits?: components["schemas"]["TableLimits"] | null;
            problem: string;
        };
        /** @description Every choice that reproduces a run; every field is optional. */
        Experiment: {
            /** @description What kind of answer to learn. Null: the task of the data set. */
            task: ("binary" | "multiclass" | "multilabel" | "regression") | null;
            /** @description The data that the network learns from. */
            dataset: components["schemas"]["Choice"];
            /** @description The inputs of the network. Null: x1 and x2, or every column of a table. */
            features: string[] | null;
            /** @description What happens to the inputs in training. */
            input: components["schemas"]["Input"];
            /** @description In order, from the input to the output. Without hidden layers the model is linear. */
            layers: components["schemas"]["Layer"][];
            /** @description The layer that gives the answer. */
            output: components["schemas"]["Output"];
            /** @description How wrong a prediction is, as one number. Training minimizes its mean over the training samples. Null: the usual one for the task. */
            loss: components["schemas"]["Choice"] | null;
            /** @description How a gradient becomes a change of the weights. */
            optimizer: components["schemas"]["Choice"];
            /** @description How the learning rate changes during training. */
            schedule: components["schemas"]["Choice"];
            /** @description How many samples each update uses. Null: all of them (full batch). */
            batch_size: number | null;
            /** @description Shortens gradients that are too long. Null: no limit. */
            clipping: components["schemas"]["Clipping"] | null;
            /** @description Ends training when a metric no longer improves. */
            early_stopping: components["schemas"]["EarlyStopping"] | null;
            /** @description How much each class counts in the loss: one number per class, or balanced, which makes rare classes count more. The reported losses carry these weights, those of the validation and test parts too; metrics do not. */
            class_weight: ("balanced" | number[]) | null;
            /** @description The share of each target that is spread evenly over all classes, to prevent overconfidence. */
            label_smoothing: number;
            /** @description Shuffle the samples before every epoch. */
            shuffle: boolean;
            /**
             * @description float32 is fast; float64 is for comparing numbers exactly.
             * @enum {string}
             */
            precision: "float32" | "float64";
            /** @description Determines the starting weights and the order of the samples. */
            seed: number;
        };
        /** @description One thing wrong with one field. */
        FieldProblem: {
            /** @description Dotted path, such as layers.0.units; empty for the whole body. */
            field: string;
            /** @description What was sent. */
            given: unknown;
            /** @description What is allowed. */
            expected: string;
            message: string;
        };
        /** @description From which whole epoch to go on, changed how (a merge patch), and where. */
        Fork: {
            epoch: number;
            patch?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description A new session, or a new run of this one.
             * @enum {string}
             */
            into?: "new" | "same";
        };
        /** @description What the session is; first of all, and again when its experiment or run has changed. */
        HelloMessage: {
            /** @enum {string} */
            state: "ready" | "running" | "paused" | "finished" | "diverged" | "failed";
            /** @description Grows with every change of state: tells which of two messages is the newer one. */
            stage: number;
            reason: string | null;
            warning: string | null;
            step: number;
            epoch: number;
            steps_per_second: number;
            /** @description Epochs per second while it plays; null is flat out. */
            rate: number | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "hello";
            protocol: number;
            session: string;
            /**
             * @description What the asker may do with it: everything, or look at it by its link.
             * @enum {string}
             */
            access: "own" | "read";
            run: string;
            /** @description The last row there is. */
            seq: number;
            /** @description Whether the rows that follow continue those that the client has. */
            recovered: boolean;
            experiment: components["schemas"]["Experiment"];
            parameter_count: number;
            notes: components["schemas"]["NoteAnswer"][];
        };
        /** @description A link to be read. */
        Import: {
            /** @example https://playground.tensorflow.org/#dataset=spiral&seed=0.12345 */
            url: string;
        };
        /** @description The input layer: what happens to the inputs in training, and never when evaluating. */
        Input: {
            /** @description The share of the inputs that are switched off at random in each training step, for each sample. */
            dropout: number;
            /** @description The standard deviation of the normal noise added to every input in each training step. */
            noise: number;
        };
        /** @description The secret of a link. */
        Join: {
            secret: string;
        };
        /** @description A hidden layer: so many units, each with the same activation. */
        Layer: {
            /** @description How many units the layer has. */
            units: number;
            /** @description The function a unit applies to the weighted sum of its inputs. It lets a network learn nonlinear functions. */
            activation: components["schemas"]["Choice"];
            /** @description The starting weights. They decide whether signals and gradients keep their size from layer to layer. */
            initializer: components["schemas"]["Choice"];
            /** @description The starting biases. An initializer that depends on the width of the layer uses a fan_in of 1 for them. */
            bias_initializer: components["schemas"]["Choice"];
            /** @description A penalty on large weights, added to the loss. It helps against overfitting. */
            regularizer: components["schemas"]["Choice"] | null;
            /** @description A condition that the weights into each unit meet after every update. */
            constraint: components["schemas"]["Choice"] | null;
            /** @description Brings each unit to mean 0 and variance 1 over the batch, then applies a learned scale and shift. */
            batch_normalization: components["schemas"]["BatchNormalization"] | null;
            /** @description The share of the layer's units that are switched off at random in each training step, for each sample. */
            dropout: number;
        };
        /** @description The units' maps, one after another. */
        LayerMaps: {
            low: number;
            high: number;
            data: Uint8Array;
            units: number;
        };
        /** @description One layer's weights, one row for each input, and biases; what else it has learned stays if it is not given. */
        LayerNumbers: {
            weights: number[][];
            biases: number[];
            gamma?: number[] | null;
            beta?: number[] | null;
            slopes?: number[] | null;
            moving_mean?: number[] | null;
            moving_variance?: number[] | null;
            /** @description 1, or 0 for weights that are to stay 0. */
            mask?: number[][] | null;
        };
        /** @description A layer's weights, one row for each input, and biases. */
        LayerWeights: {
            fan_in: number;
            fan_out: number;
            /** @description float32, little endian. */
            weights: Uint8Array;
            /** @description float32, little endian. */
            biases: Uint8Array;
        };
        /**
         * @description The next rows of the history, by column, named as in `GET /api/sessions/{id}/metrics`.
         *
         *     A column has `count` numbers, or one for each layer and row, row by row. In msgpack it is the bytes of float64
         *     numbers (little endian), NaN where there is no finite number; in JSON a list, or a list of lists, with null there.
         */
        MetricsMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "metrics";
            run: string;
            /** @description The number of the first row. */
            seq: number;
            /** @description How many rows. */
            count: number;
            columns: {
                [key: string]: Uint8Array | (number | null)[] | (number | null)[][];
            };
        };
        /** @description The same for the units' maps. */
        NeuronPicture: {
            resolution?: number;
            max_fps?: number;
        };
        /** @description Every unit's activation over the plane; each layer has its own scale. */
        NeuronsMessage: {
            step: number;
            epoch: number;
            past: boolean;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "neurons";
            width: number;
            height: number;
            layers: components["schemas"]["LayerMaps"][];
        };
        /** @description The output layer: the task and the data decide how many units it has. */
        Output: {
            /** @description The activation of the output. Null: sigmoid, softmax or linear, depending on the task. */
            activation: components["schemas"]["Choice"] | null;
            /** @description The starting weights. They decide whether signals and gradients keep their size from layer to layer. */
            initializer: components["schemas"]["Choice"];
            /** @description The starting biases. An initializer that depends on the width of the layer uses a fan_in of 1 for them. */
            bias_initializer: components["schemas"]["Choice"];
            /** @description A penalty on large weights, added to the loss. It helps against overfitting. */
            regularizer: components["schemas"]["Choice"] | null;
            /** @description A condition that the weights into each unit meet after every update. */
            constraint: components["schemas"]["Choice"] | null;
        };
        /** @description Single weights and biases to be changed. */
        ParameterChanges: {
            changes: components["schemas"]["WeightChange"][];
        };
        /** @description How often the weights may come. */
        ParameterRate: {
            max_fps?: number;
        };
        /** @description The layers in order, the output layer last. `run`, `step` and `epoch` are what GET tells, and are not read. */
        Parameters: {
            layers: components["schemas"]["LayerNumbers"][];
            run?: string | null;
            step?: number | null;
            epoch?: number | null;
        };
        /** @description Weights and biases. */
        ParametersMessage: {
            step: number;
            epoch: number;
            past: boolean;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "parameters";
            layers: components["schemas"]["LayerWeights"][];
        };
        /** @description What is switched off: a feature (only `input`), a layer, a unit of it, or a connection (an `input` of a unit). */
        PartOff: {
            layer?: number | null;
            unit?: number | null;
            input?: number | null;
        };
        /** @description A merge patch of the experiment, as PATCH over REST. */
        PatchMessage: {
            /** @constant */
            type: "patch";
            patch: {
                [key: string]: unknown;
            };
            reset?: boolean;
        };
        /** @description Stop training after the slice under way. */
        Pause: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command: "pause";
        };
        /** @description The command over the stream. */
        PauseMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command: "pause";
            /** @constant */
            type: "command";
        };
        /** @description How fine and how often pictures of the plane may come. */
        Picture: {
            resolution?: number;
            max_fps?: number;
        };
        /** @description Which plane pictures show, and which part of it. */
        Plane: {
            /** @description Two columns, counted from 0; or the two directions in which the points spread most. */
            axes?: number[] | "principal" | null;
            /** @description From and to across, from and to upwards. Without it, where the points are. */
            domain?: number[] | null;
        };
        /** @description Train at a rate in epochs per second; null is as fast as the session's share allows. */
        Play: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command: "play";
            rate?: number | null;
            until?: (components["schemas"]["UntilEpochs"] | components["schemas"]["UntilMetric"]) | null;
        };
        /** @description The command over the stream. */
        PlayMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command: "play";
            rate?: number | null;
            until?: (components["schemas"]["UntilEpochs"] | components["schemas"]["UntilMetric"]) | null;
            /** @constant */
            type: "command";
        };
        /** @description What the network predicts for the first points of a part. */
        PointPredictions: {
            count: number;
            /** @description float32, little endian. */
            losses: Uint8Array;
            /** @description The predicted class or number; none with several labels. */
            predicted?: Uint8Array;
            /** @description How likely the class is. */
            confidence?: Uint8Array;
            /** @description A byte for each, 0 or 1. */
            wrong?: Uint8Array;
        };
        /**
         * @description Rows as the table has them: numbers, words and dates as text, null or empty text for a gap.
         *
         *     Each row is a list with one value for each of the `fields` that GET `dataset` names, or an object by their names.
         */
        Predict: {
            /**
             * @example [
             *       [
             *         1,
             *         -2
             *       ],
             *       {
             *         "age": 30,
             *         "sex": "female",
             *         "since": "2024-01-31"
             *       }
             *     ]
             */
            x: ((number | string | null)[] | {
                [key: string]: number | string | null;
            })[];
            /** @description Also tell by how much each field moved each answer. */
            explain?: boolean;
        };
        /** @description How often the predictions for the points may come. */
        PredictionRate: {
            max_fps?: number;
        };
        /** @description What the network predicts for each point. */
        PredictionsMessage: {
            step: number;
            epoch: number;
            past: boolean;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "predictions";
            parts: {
                [key: string]: components["schemas"]["PointPredictions"];
            };
        };
        /** @description An error, as RFC 9457 has it. */
        ProblemDocument: {
            type: string;
            title: string;
            status: number;
            detail: string;
            errors: components["schemas"]["FieldProblem"][];
            /** @description Of an uploaded file that was refused: what its columns are. */
            columns?: string[] | null;
            /** @description Of an uploaded file that is too large: how many rows it has. */
            rows?: number | null;
            /** @description Of an uploaded file that is too large. */
            limits?: components["schemas"]["TableLimits"] | null;
        };
        /** @description What goes first, and how much: a fraction of all there is, or all that scores below a threshold. */
        Prune: {
            /** @enum {string} */
            criterion?: "magnitude" | "weight_norm" | "activation" | "redundancy";
            fraction?: number | null;
            threshold?: number | null;
            /**
             * @description One pool, or each layer its share.
             * @enum {string}
             */
            scope?: "network" | "layer";
            steps?: number;
            /** @description Training after each step. */
            fine_tune_epochs?: number;
            stop?: components["schemas"]["StopPruning"] | null;
            /** @description Only report what it would do. */
            preview?: boolean;
        };
        /** @description How often a kind of message may come. */
        Rate: {
            max_fps?: number;
        };
        /** @description Back to step 0, with the same starting weights or new ones. */
        Reset: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command: "reset";
            /** @enum {string} */
            seed?: "same" | "new";
        };
        /** @description The command over the stream. */
        ResetMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command: "reset";
            /** @enum {string} */
            seed?: "same" | "new";
            /** @constant */
            type: "command";
        };
        /** @description Where the session stands now. */
        StateMessage: {
            /** @enum {string} */
            state: "ready" | "running" | "paused" | "finished" | "diverged" | "failed";
            /** @description Grows with every change of state: tells which of two messages is the newer one. */
            stage: number;
            reason: string | null;
            warning: string | null;
            step: number;
            epoch: number;
            steps_per_second: number;
            /** @description Epochs per second while it plays; null is flat out. */
            rate: number | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "state";
        };
        /** @description The command over the stream. */
        StepMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command: "step";
            /** @enum {string} */
            unit?: "sample" | "batch" | "epoch";
            count?: number;
            /** @constant */
            type: "command";
        };
        /** @description Steps end when the metric is worse than at first by more than this. */
        StopPruning: {
            /** @example test_accuracy */
            metric: string;
            drop: number;
        };
        /**
         * @description What a viewer wants to see; null turns a kind off. With `run` and `since`, only the rows it lacks.
         *
         *     Pictures, parameters and predictions are of now, or of an earlier whole `epoch` of the run.
         */
        Subscribe: {
            /** @constant */
            type: "subscribe";
            run?: string | null;
            since?: number | null;
            metrics?: components["schemas"]["Rate"] | null;
            boundary?: components["schemas"]["Picture"] | null;
            neurons?: components["schemas"]["NeuronPicture"] | null;
            parameters?: components["schemas"]["ParameterRate"] | null;
            predictions?: components["schemas"]["PredictionRate"] | null;
            plane?: components["schemas"]["Plane"];
            epoch?: number | null;
        };
        /** @description How much of a file is taken. */
        TableLimits: {
            rows: number;
            columns: number;
        };
        /** @description Train so many more epochs. */
        TrainEpochs: {
            epochs: number;
        };
        /** @description Train for so many seconds. */
        TrainSeconds: {
            seconds: number;
        };
        /** @description Another value for the weight from an input to a unit of a layer, or without `input` for the unit's bias. */
        WeightChange: {
            /** @description Hidden layers count from 0, the output layer comes last. */
            layer: number;
            /** @description Of a maxout layer, its sum. */
            unit: number;
            input?: number | null;
            value: number;
        };
        /** @description Make so many single steps, of one sample, batch or epoch each. */
        app__schemas__requests__Step: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command: "step";
            /** @enum {string} */
            unit?: "sample" | "batch" | "epoch";
            count?: number;
        };
        Command: components["schemas"]["Play"] | components["schemas"]["Pause"] | components["schemas"]["Reset"] | components["schemas"]["app__schemas__requests__Step"];
        Train: components["schemas"]["TrainEpochs"] | components["schemas"]["TrainSeconds"];
        ServerMessage: components["schemas"]["HelloMessage"] | components["schemas"]["StateMessage"] | components["schemas"]["MetricsMessage"] | components["schemas"]["BoundaryMessage"] | components["schemas"]["NeuronsMessage"] | components["schemas"]["ParametersMessage"] | components["schemas"]["PredictionsMessage"] | components["schemas"]["ErrorMessage"];
        CommandMessage: components["schemas"]["PlayMessage"] | components["schemas"]["PauseMessage"] | components["schemas"]["ResetMessage"] | components["schemas"]["StepMessage"];
        /** @description A part of an experiment: what is to change. */
        MergePatch: {
            [key: string]: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Choice = components['schemas']['Choice'];
export type AblationAnswer = components['schemas']['AblationAnswer'];
export type Alive = components['schemas']['Alive'];
export type ArgumentAnswer = components['schemas']['ArgumentAnswer'];
export type BoundaryAnswer = components['schemas']['BoundaryAnswer'];
export type Calibration = components['schemas']['Calibration'];
export type CatalogueAnswer = components['schemas']['CatalogueAnswer'];
export type ChangeAnswer = components['schemas']['ChangeAnswer'];
export type ChangesAnswer = components['schemas']['ChangesAnswer'];
export type ClassEvaluation = components['schemas']['ClassEvaluation'];
export type ColumnAnswer = components['schemas']['ColumnAnswer'];
export type CourseAnswer = components['schemas']['CourseAnswer'];
export type DatasetAnswer = components['schemas']['DatasetAnswer'];
export type DiagnosisAnswer = components['schemas']['DiagnosisAnswer'];
export type DistributionsAnswer = components['schemas']['DistributionsAnswer'];
export type EntryAnswer = components['schemas']['EntryAnswer'];
export type EvaluationAnswer = components['schemas']['EvaluationAnswer'];
export type FamilyAnswer = components['schemas']['FamilyAnswer'];
export type FeatureMap = components['schemas']['FeatureMap'];
export type FieldAnswer = components['schemas']['FieldAnswer'];
export type Finding = components['schemas']['Finding'];
export type Fix = components['schemas']['Fix'];
export type Histogram = components['schemas']['Histogram'];
export type History = components['schemas']['History'];
export type ImportAnswer = components['schemas']['ImportAnswer'];
export type Joined = components['schemas']['Joined'];
export type JournalAnswer = components['schemas']['JournalAnswer'];
export type JournalEntry = components['schemas']['JournalEntry'];
export type LastUpdate = components['schemas']['LastUpdate'];
export type LayerAnswer = components['schemas']['LayerAnswer'];
export type LayerDistributions = components['schemas']['LayerDistributions'];
export type LayerSpread = components['schemas']['LayerSpread'];
export type Metrics = components['schemas']['Metrics'];
export type MomentDistributions = components['schemas']['MomentDistributions'];
export type MoveAnswer = components['schemas']['MoveAnswer'];
export type NeuronMaps = components['schemas']['NeuronMaps'];
export type NeuronsAnswer = components['schemas']['NeuronsAnswer'];
export type NewToken = components['schemas']['NewToken'];
export type Normalization = components['schemas']['Normalization'];
export type NoteAnswer = components['schemas']['NoteAnswer'];
export type ParametersAnswer = components['schemas']['ParametersAnswer'];
export type PartAnswer = components['schemas']['PartAnswer'];
export type PartEvaluation = components['schemas']['PartEvaluation'];
export type PointsPreview = components['schemas']['PointsPreview'];
export type Prediction = components['schemas']['Prediction'];
export type PreviewAnswer = components['schemas']['PreviewAnswer'];
export type ProjectionAnswer = components['schemas']['ProjectionAnswer'];
export type PruneAnswer = components['schemas']['PruneAnswer'];
export type PruneReport = components['schemas']['PruneReport'];
export type PrunedSize = components['schemas']['PrunedSize'];
export type RankedPart = components['schemas']['RankedPart'];
export type RankingAnswer = components['schemas']['RankingAnswer'];
export type Ready = components['schemas']['Ready'];
export type Regression = components['schemas']['Regression'];
export type Roc = components['schemas']['Roc'];
export type SampleBounds = components['schemas']['SampleBounds'];
export type SampledCurve = components['schemas']['SampledCurve'];
export type Saturation = components['schemas']['Saturation'];
export type ScheduleCourse = components['schemas']['ScheduleCourse'];
export type Score = components['schemas']['Score'];
export type SessionAnswer = components['schemas']['SessionAnswer'];
export type SessionList = components['schemas']['SessionList'];
export type ShareAnswer = components['schemas']['ShareAnswer'];
export type SpreadAnswer = components['schemas']['SpreadAnswer'];
export type Summary = components['schemas']['Summary'];
export type Targets = components['schemas']['Targets'];
export type TimedSize = components['schemas']['TimedSize'];
export type TimelineAnswer = components['schemas']['TimelineAnswer'];
export type TokenLine = components['schemas']['TokenLine'];
export type TokenList = components['schemas']['TokenList'];
export type TraceAnswer = components['schemas']['TraceAnswer'];
export type TracedLayer = components['schemas']['TracedLayer'];
export type TradeoffAnswer = components['schemas']['TradeoffAnswer'];
export type TradeoffPoint = components['schemas']['TradeoffPoint'];
export type UnitHistogram = components['schemas']['UnitHistogram'];
export type UnitsAnswer = components['schemas']['UnitsAnswer'];
export type UntilEpochs = components['schemas']['UntilEpochs'];
export type UntilMetric = components['schemas']['UntilMetric'];
export type UploadAnswer = components['schemas']['UploadAnswer'];
export type UploadLine = components['schemas']['UploadLine'];
export type UploadList = components['schemas']['UploadList'];
export type Waiting = components['schemas']['Waiting'];
export type Ablation = components['schemas']['Ablation'];
export type BatchNormalization = components['schemas']['BatchNormalization'];
export type BoundaryMessage = components['schemas']['BoundaryMessage'];
export type Clipping = components['schemas']['Clipping'];
export type EarlyStopping = components['schemas']['EarlyStopping'];
export type ErrorMessage = components['schemas']['ErrorMessage'];
export type Experiment = components['schemas']['Experiment'];
export type FieldProblem = components['schemas']['FieldProblem'];
export type Fork = components['schemas']['Fork'];
export type HelloMessage = components['schemas']['HelloMessage'];
export type Import = components['schemas']['Import'];
export type Input = components['schemas']['Input'];
export type Join = components['schemas']['Join'];
export type Layer = components['schemas']['Layer'];
export type LayerMaps = components['schemas']['LayerMaps'];
export type LayerNumbers = components['schemas']['LayerNumbers'];
export type LayerWeights = components['schemas']['LayerWeights'];
export type MetricsMessage = components['schemas']['MetricsMessage'];
export type NeuronPicture = components['schemas']['NeuronPicture'];
export type NeuronsMessage = components['schemas']['NeuronsMessage'];
export type Output = components['schemas']['Output'];
export type ParameterChanges = components['schemas']['ParameterChanges'];
export type ParameterRate = components['schemas']['ParameterRate'];
export type Parameters = components['schemas']['Parameters'];
export type ParametersMessage = components['schemas']['ParametersMessage'];
export type PartOff = components['schemas']['PartOff'];
export type PatchMessage = components['schemas']['PatchMessage'];
export type Pause = components['schemas']['Pause'];
export type PauseMessage = components['schemas']['PauseMessage'];
export type Picture = components['schemas']['Picture'];
export type Plane = components['schemas']['Plane'];
export type Play = components['schemas']['Play'];
export type PlayMessage = components['schemas']['PlayMessage'];
export type PointPredictions = components['schemas']['PointPredictions'];
export type Predict = components['schemas']['Predict'];
export type PredictionRate = components['schemas']['PredictionRate'];
export type PredictionsMessage = components['schemas']['PredictionsMessage'];
export type ProblemDocument = components['schemas']['ProblemDocument'];
export type Prune = components['schemas']['Prune'];
export type Rate = components['schemas']['Rate'];
export type Reset = components['schemas']['Reset'];
export type ResetMessage = components['schemas']['ResetMessage'];
export type StateMessage = components['schemas']['StateMessage'];
export type StepMessage = components['schemas']['StepMessage'];
export type StopPruning = components['schemas']['StopPruning'];
export type Subscribe = components['schemas']['Subscribe'];
export type TableLimits = components['schemas']['TableLimits'];
export type TrainEpochs = components['schemas']['TrainEpochs'];
export type TrainSeconds = components['schemas']['TrainSeconds'];
export type WeightChange = components['schemas']['WeightChange'];
export type AppSchemasRequestsStep = components['schemas']['app__schemas__requests__Step'];
export type Command = components['schemas']['Command'];
export type Train = components['schemas']['Train'];
export type ServerMessage = components['schemas']['ServerMessage'];
export type CommandMessage = components['schemas']['CommandMessage'];
export type MergePatch = components['schemas']['MergePatch'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
