use super::*;

#[test]
fn every_table_fits_the_numbers_it_is_given() {
    for table in Table::ALL {
        let shape = Shape::new(table);
        assert!(shape.paths.len() <= 128, "{table}: a bit of u128 for each member");
        assert!(shape.leaves.len() <= 128, "{table}: seven bits for each leaf");
        assert!(shape.structs <= 32, "{table}: a bit of u32 for each struct");
    }
}

#[test]
fn lists_hold_values_without_members_of_their_own() {
    for table in Table::ALL {
        let shape = Shape::new(table);
        for node in shape.levels.iter().flat_map(|level| &level.nodes) {
            let Kind::List(inner) = node.kind else { continue };
            let is_plain = |node: &Node| !matches!(node.kind, Kind::Struct(..) | Kind::List(_) | Kind::Map);
            assert!(shape.levels[inner].nodes.iter().all(is_plain), "{table}: {}", node.name);
        }
    }
}

#[test]
fn leaves_are_in_the_order_of_the_columns() {
    let shape = Shape::new(Table::CloudTrail);
    let top = &shape.levels[0].nodes;
    assert!(top.iter().zip(&top[1..]).all(|(one, next)| one.leaf < next.leaf && one.id < next.id));
    let identity = top.iter().find(|node| node.name == "userIdentity").unwrap();
    let Kind::Struct(level, bit) = identity.kind else { panic!("no struct") };
    let arn = shape.levels[level].nodes.iter().find(|node| node.name == "arn").unwrap();
    assert_eq!((arn.outer, arn.key), (1, Some(Key::Identity(4))));
    let plain = Leaf { within: bit, repeated: false, unique: false, bloom_filter: false };
    assert_eq!(shape.leaves[usize::from(arn.leaf)], plain);
    let key = shape.levels[level].nodes.iter().find(|node| node.name == "accessKeyId").unwrap();
    assert_eq!(shape.leaves[usize::from(key.leaf)], Leaf { bloom_filter: true, ..plain });
    assert_eq!(shape.paths[usize::from(arn.id)], "userIdentity.arn");
    let made = [shape.event_timestamp, shape.extra_fields, shape.null_fields, shape.raw_record];
    let count = u8::try_from(shape.leaves.len()).unwrap();
    assert_eq!(made, [count - 4, count - 3, count - 2, count - 1]);
    assert!(shape.leaves[usize::from(shape.null_fields)].repeated);
}
