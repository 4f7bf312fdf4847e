//! The suite. Every case starts a system of its own, speaks to its gateway, and holds in each setup.

mod alone;
mod defects;
mod orders;
mod requests;

use crate::system::{Setup, System};

/// The same cases for every setup.
macro_rules! suite {
    ($($part:ident: $($case:ident)*;)*) => {
        mod in_one { suite!(@ InOne $($part: $($case)*;)*); }
        mod apart { suite!(@ Apart $($part: $($case)*;)*); }
        mod on_postgres { suite!(@ OnPostgres $($part: $($case)*;)*); }
        mod on_kafka { suite!(@ OnKafka $($part: $($case)*;)*); }
        mod in_roles { suite!(@ InRoles $($part: $($case)*;)*); }
    };
    (@ $setup:ident $($part:ident: $($case:ident)*;)*) => {
        $($(
            #[test]
            fn $case() {
                let mut system = super::System::start(super::Setup::$setup);
                super::$part::$case(&mut system);
            }
        )*)*
    };
}

suite! {
    orders:
        an_order_is_served_told_and_sent
        what_cannot_be_paid_gives_its_stock_back
        what_is_not_in_stock_is_rejected
        the_price_of_the_catalog_counts
        an_order_is_worth_what_the_text_lists
        the_details_of_an_order_come_from_three_services
        who_leaves_hears_whether_they_could;
    requests:
        a_key_that_comes_twice_has_one_effect
        a_read_that_carries_a_position_sees_the_write
        refusals_are_problems
        one_conversation_is_found_in_every_service
        a_restart_of_everything_changes_no_answer;
    alone:
        each_service_has_tables_of_its_own
        a_service_answers_while_all_others_are_down;
    defects:
        kill_nine_while_handling_loses_nothing
        what_was_stored_and_not_published_arrives
        thirty_parallel_updates_of_one_aggregate_all_count
        two_subscribers_of_one_event_both_see_all_of_them;
}
