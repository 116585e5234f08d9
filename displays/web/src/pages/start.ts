// The start page: `/`.

import { openPage } from "../shared/element";
import { t } from "../shared/i18n";
import "../start/start";

openPage({ title: t("start.title") });
