"""The whole round played in real browsers: village surveys, town verifies, city spot-checks, and a family is helped.

Why: each desk has tests of its own; only the round as a whole shows whether what one person does reaches the next.
What holds: every scene begins on the person's own first page and goes where its lines and links lead; what waits for
somebody stands on their first page, and is gone once it is done. The acts are the notice's, in its order.
"""

from __future__ import annotations

from tests.e2e.people import Cast
from tests.e2e.scenes_city import (
    the_auditor_reads_and_touches_nothing,
    the_checker_asks_again_without_the_villages_answers,
    the_city_draws_a_sample,
    the_city_fills_the_six_points_and_hands_a_problem_back,
    the_city_gives_it_to_a_checker,
    the_citys_form_4_is_the_sum_of_its_rows,
    what_the_city_found_is_put_right_and_checked,
)
from tests.e2e.scenes_town import (
    a_department_answers_the_town,
    a_leader_of_another_zone_cross_checks_it,
    the_family_is_announced_entered_and_helped,
    the_neighbour_without_monitored_households_hands_up,
    the_town_asks_about_a_cell,
    the_town_compares,
    the_town_hands_up,
    the_town_passes_the_ledger,
    the_town_reviews_and_the_city_decides,
    the_town_sends_a_row_back,
)
from tests.e2e.scenes_village import (
    a_grid_worker_registers_the_weekly_round,
    a_grid_worker_surveys_the_last_household_of_the_group,
    a_lead_becomes_a_problem_with_measure_limit_and_owner,
    a_lead_is_put_forward_for_deliberation,
    a_meeting_decides,
    the_notice_has_hung_long_enough,
    the_village_attaches_the_signed_copies,
    the_village_corrects_it_and_hands_up_again,
    the_village_fills_its_form_2,
    the_village_gives_its_reasons,
    the_village_hands_up,
    the_village_helps_whom_it_monitors,
    the_village_posts_its_notice_and_somebody_objects,
    the_village_types_the_sheet_that_came_on_paper,
)


def test_a_round_from_the_first_household_to_the_citys_form(cast: Cast) -> None:
    a_grid_worker_surveys_the_last_household_of_the_group(cast)
    a_grid_worker_registers_the_weekly_round(cast)
    the_village_types_the_sheet_that_came_on_paper(cast)
    the_village_gives_its_reasons(cast)
    the_village_fills_its_form_2(cast)
    a_lead_becomes_a_problem_with_measure_limit_and_owner(cast)
    a_lead_is_put_forward_for_deliberation(cast)
    a_meeting_decides(cast, "户等综合研判", "纳入")
    the_town_compares(cast)
    a_meeting_decides(cast, "户等民主评议", "同意纳入")
    the_village_posts_its_notice_and_somebody_objects(cast)
    the_village_helps_whom_it_monitors(cast, "郝平")
    the_village_hands_up(cast, "cadre")
    the_village_attaches_the_signed_copies(cast)
    the_town_asks_about_a_cell(cast)
    the_town_sends_a_row_back(cast)
    the_village_corrects_it_and_hands_up_again(cast)
    the_town_passes_the_ledger(cast, "古今滩村")
    the_neighbour_without_monitored_households_hands_up(cast)
    a_leader_of_another_zone_cross_checks_it(cast)
    a_department_answers_the_town(cast)
    the_notice_has_hung_long_enough(cast)
    the_town_reviews_and_the_city_decides(cast)
    the_family_is_announced_entered_and_helped(cast)
    the_town_hands_up(cast)
    the_city_draws_a_sample(cast)
    the_city_gives_it_to_a_checker(cast)
    the_checker_asks_again_without_the_villages_answers(cast)
    the_city_fills_the_six_points_and_hands_a_problem_back(cast)
    what_the_city_found_is_put_right_and_checked(cast)
    the_citys_form_4_is_the_sum_of_its_rows(cast)
    the_auditor_reads_and_touches_nothing(cast)
