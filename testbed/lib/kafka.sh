# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Apache Kafka in the box: one node, broker and controller. Sourced after box.sh, never run.
# shellcheck disable=SC2154  # names of the other files

begin_kafka() {
	kafka_properties | write_changed "$state/etc/kafka.properties"
	start kafka "$here/lib/kafka-server" "$kafka_libs" "$state/etc" "$user" "$password"
}

await_kafka() { timed "Kafka" require_program kafka 60 enter_box bash -c "exec 3<>/dev/tcp/$box_name/9092"; }

kafka_properties() {
	cat <<-END
		process.roles=broker,controller
		node.id=1
		controller.quorum.voters=1@$box_name:9091
		listeners=PLAINTEXT://$node_address:9092,SASL_SSL://$node_address:9093,CONTROLLER://$node_address:9091
		advertised.listeners=PLAINTEXT://$box_name:9092,SASL_SSL://$box_name:9093
		listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
		inter.broker.listener.name=PLAINTEXT
		controller.listener.names=CONTROLLER
		log.dirs=$state/var/kafka
		ssl.keystore.type=PEM
		ssl.keystore.location=$state/pki/server.pem
		sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
		listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_$user="$password";
		listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
		listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
		offsets.topic.replication.factor=1
		offsets.topic.num.partitions=5
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		transaction.state.log.num.partitions=5
		share.coordinator.state.topic.replication.factor=1
		share.coordinator.state.topic.min.isr=1
		group.initial.rebalance.delay.ms=0
	END
}

# kafka_tool CLASS ARGUMENT…: a command line tool of Kafka, such as tools.TopicCommand --list
kafka_tool() { kafka_tool_at "$box_name:9092" "$@"; }

kafka_tool_at() {
	local server=$1 class=$2
	shift 2
	enter_box java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Dlog4j2.level=ERROR -cp "$kafka_libs/*" \
		"org.apache.kafka.$class" --bootstrap-server "$server" "$@"
}
