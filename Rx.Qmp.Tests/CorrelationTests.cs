namespace Rx.Qmp.Tests;

public class CorrelationTests
{
    /// <summary>A connected rig whose server answers nothing by itself.</summary>
    private static QmpRig Silent(Func<QmpClientOptions, QmpClientOptions>? adjust = null)
    {
        var rig = QmpRig.Connected(adjust);
        rig.Server.Answer = _ => null;
        return rig;
    }

    [Fact]
    public void Commands_are_compact_and_ids_are_single_digits_reused_lowest_first()
    {
        using var rig = QmpRig.Connected();
        for (var i = 0; i < 30; i++)
        {
            Assert.True(rig.Execute("query-status").IsCompletedSuccessfully);
        }

        Assert.All(rig.Server.Received.Skip(1), command => Assert.Equal("""{"execute":"query-status","id":0}""", command.Raw));
    }

    [Fact]
    public async Task Replies_in_any_order_reach_their_commands()
    {
        using var rig = Silent();
        var pending = Enumerable.Range(0, 8).Select(i => rig.Execute($"query-{i}")).ToArray();
        foreach (var i in (int[])[3, 7, 0, 1, 6, 2, 5, 4])
        {
            rig.Server.Send(rig.Server.Last($"query-{i}").Return($"{i}"));
            Assert.Equal(i, (await pending[i]).GetElement().GetInt32());
        }
    }

    [Fact]
    public void A_ninth_command_waits_until_a_reply_frees_its_place()
    {
        using var rig = Silent();
        var pending = Enumerable.Range(0, 10).Select(i => rig.Execute($"query-{i}")).ToArray();
        Assert.Equal(9, rig.Server.Received.Count);
        rig.Server.Send(rig.Server.Last("query-5").Return());
        Assert.Equal(10, rig.Server.Received.Count);
        Assert.Equal(rig.Server.Last("query-5").Id, rig.Server.Last("query-8").Id);
        Assert.True(pending[5].IsCompletedSuccessfully);
        Assert.False(pending[8].IsCompleted);
    }

    [Fact]
    public async Task The_waiting_line_is_bounded_and_cancelled_commands_do_not_count()
    {
        using var rig = Silent(options => options with { MaxWaitingCommands = 2 });
        using var stop = new CancellationTokenSource();
        var inFlight = Enumerable.Range(0, 8).Select(i => rig.Execute($"query-{i}")).ToArray();
        var first = rig.ExecuteUntil("wait-1", stop.Token);
        var second = rig.Execute("wait-2");
        var error = await Assert.ThrowsAsync<QmpQueueFullException>(() => rig.Execute("wait-3"));
        Assert.Equal((2, "wait-3"), (error.Limit, error.Command));

        await stop.CancelAsync();
        Assert.True(first.IsCanceled);
        var third = rig.Execute("wait-3");
        Assert.False(third.IsCompleted);
        rig.Server.Send(rig.Server.Last("query-0").Return() + rig.Server.Last("query-1").Return());
        Assert.Equal(["wait-2", "wait-3"], rig.Server.Received.TakeLast(2).Select(command => command.Name));
        Assert.All(inFlight[2..], task => Assert.False(task.IsCompleted));
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Trap12_a_future_error_class_round_trips_as_text()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Error("QuantumFlux", "try yesterday");
        var error = await Assert.ThrowsAsync<QmpCommandException>(() => rig.Execute("query-status"));
        Assert.Equal(("query-status", "QuantumFlux", "try yesterday"), (error.Command, error.ErrorClass, error.Description));
        Assert.Equal(new QmpError("QuantumFlux", "try yesterday"), error.Error);
    }

    [Fact]
    public async Task Trap14_cancelling_a_queued_a_sent_and_a_half_answered_command_harms_no_other()
    {
        using var rig = Silent();
        using var stopSent = new CancellationTokenSource();
        using var stopHalf = new CancellationTokenSource();
        using var stopQueued = new CancellationTokenSource();
        var sent = rig.ExecuteUntil("cancel-sent", stopSent.Token);
        var half = rig.ExecuteUntil("cancel-half", stopHalf.Token);
        var others = Enumerable.Range(0, 6).Select(i => rig.Execute($"query-{i}")).ToArray();
        var queued = rig.ExecuteUntil("cancel-queued", stopQueued.Token);
        var last = rig.Execute("query-last");

        await stopQueued.CancelAsync();
        await stopSent.CancelAsync();
        var reply = rig.Server.Last("cancel-half").Return("""{"a": [1, 2]}""");
        rig.Server.Send(reply[..10]);
        await stopHalf.CancelAsync();
        Assert.True(queued.IsCanceled && sent.IsCanceled && half.IsCanceled);

        rig.Server.Send(reply[10..]);
        rig.Server.Send(rig.Server.Last("cancel-sent").Return());
        rig.Server.Send(string.Concat(Enumerable.Range(0, 6).Select(i => rig.Server.Last($"query-{i}").Return($"{i}"))));
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(i, (await others[i]).GetElement().GetInt32());
        }

        rig.Server.Send(rig.Server.Last("query-last").Return("\"last\""));
        Assert.Equal("last", (await last).GetElement().GetString());
        Assert.DoesNotContain(rig.Server.Received, command => command.Name == "cancel-queued");
        Assert.Equal(2, rig.Client.Statistics.LateReplies);
        Assert.Equal(QmpConnectionPhase.Ready, rig.Phase);
    }

    [Fact]
    public async Task Trap15_a_late_reply_is_dropped_and_its_id_not_reused_before()
    {
        using var rig = Silent();
        using var stop = new CancellationTokenSource();
        var first = rig.ExecuteUntil("query-1", stop.Token);
        await stop.CancelAsync();
        var second = rig.Execute("query-2");
        Assert.NotEqual(rig.Server.Last("query-1").Id, rig.Server.Last("query-2").Id);

        rig.Server.Send(rig.Server.Last("query-1").Return("1"));
        Assert.True(first.IsCanceled);
        Assert.False(second.IsCompleted);
        Assert.Equal(1, rig.Client.Statistics.LateReplies);

        var third = rig.Execute("query-3");
        Assert.Equal(rig.Server.Last("query-1").Id, rig.Server.Last("query-3").Id);
        rig.Server.Send(rig.Server.Last("query-3").Return("3") + rig.Server.Last("query-2").Return("2"));
        Assert.Equal(2, (await second).GetElement().GetInt32());
        Assert.Equal(3, (await third).GetElement().GetInt32());
    }

    [Fact]
    public async Task Trap15_eight_abandoned_commands_hold_their_places_until_their_replies_come()
    {
        using var rig = Silent(options => options with { CommandTimeout = TimeSpan.FromSeconds(2) });
        var abandoned = Enumerable.Range(0, 8).Select(i => rig.Execute($"query-{i}")).ToArray();
        rig.Advance(2);
        Assert.All(abandoned, task => Assert.IsType<QmpTimeoutException>(task.Exception!.InnerException));

        var next = rig.Execute("query-next");
        Assert.DoesNotContain(rig.Server.Received, command => command.Name == "query-next");
        rig.Server.Send(rig.Server.Last("query-4").Return());
        rig.Server.Send(rig.Server.Last("query-next").Return("\"mine\""));
        Assert.Equal("mine", (await next).GetElement().GetString());
        Assert.Equal(1, rig.Client.Statistics.LateReplies);
    }

    [Fact]
    public async Task Trap17_an_error_without_id_completes_nothing_with_none_one_or_eight_in_flight()
    {
        const string parseError = """{"error": {"class": "GenericError", "desc": "JSON parse error, stray byte"}}""" + "\r\n";
        using var rig = Silent(options => options with { CommandTimeout = TimeSpan.FromSeconds(30) });
        rig.Server.Send(parseError);
        var one = rig.Execute("query-one");
        rig.Server.Send(parseError);
        Assert.False(one.IsCompleted);
        var many = Enumerable.Range(0, 7).Select(i => rig.Execute($"query-{i}")).ToArray();
        rig.Server.Send(parseError);
        Assert.All(many, task => Assert.False(task.IsCompleted));

        rig.Server.Send(rig.Server.Last("query-3").Return("3"));
        Assert.Equal(3, (await many[3]).GetElement().GetInt32());
        Assert.Equal(3, rig.Client.Statistics.UnattributedErrors);
        Assert.Equal(QmpConnectionPhase.Ready, rig.Phase);

        rig.Advance(30);
        var late = await Assert.ThrowsAsync<QmpTimeoutException>(() => one);
        Assert.Equal("JSON parse error, stray byte", late.Description);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("8")]
    [InlineData("9")]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("0.0")]
    [InlineData("18446744073709551616")]
    [InlineData("1e400")]
    [InlineData("\"0\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("{\"id\": 0}")]
    [InlineData("[0]")]
    public async Task Trap18_a_reply_with_an_unknown_id_is_dropped_and_counted(string id)
    {
        using var rig = Silent();
        var mine = rig.Execute("query-0");
        Assert.Equal("0", rig.Server.Last("query-0").Id);
        rig.Server.Send($$"""{"id": {{id}}, "return": "not yours"}""");
        rig.Server.Send($$$"""{"error": {"class": "GenericError", "desc": "not yours"}, "id": {{{id}}}}""");
        Assert.False(mine.IsCompleted);
        Assert.Equal(2, rig.Client.Statistics.StrayReplies);
        rig.Server.Send(rig.Server.Last("query-0").Return("\"mine\""));
        Assert.Equal("mine", (await mine).GetElement().GetString());
    }

    [Fact]
    public void A_return_without_id_belongs_to_nobody()
    {
        using var rig = Silent();
        var mine = rig.Execute("query-0");
        rig.Server.Send("""{"return": {}}""");
        Assert.False(mine.IsCompleted);
        Assert.Equal(1, rig.Client.Statistics.StrayReplies);
    }

    [Fact]
    public async Task Trap21_integers_of_64_bits_survive_raw_and_typed()
    {
        const string json =
            """{"above":9007199254740993,"min":-9223372036854775808,"max":9223372036854775807,"umax":18446744073709551615}""";
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Return(json);
        var reply = await rig.Execute("query-numbers");
        Assert.Equal(json, System.Text.Encoding.UTF8.GetString(reply.Json.Span));
        Assert.Equal(9007199254740993, reply.GetElement().GetProperty("above").GetInt64());
        Assert.Equal(new BigNumbers(9007199254740993, long.MinValue, long.MaxValue, ulong.MaxValue), reply.As(TestJson.Default.BigNumbers));

        rig.Server.Send(Events.Named("NUMBERS", json));
        Assert.Equal(ulong.MaxValue, rig.Events[^1].GetData(TestJson.Default.BigNumbers)!.Umax);

        var numbers = reply.As(TestJson.Default.BigNumbers)!;
        var command = QmpCommand.Create("echo", numbers, TestJson.Default.BigNumbers);
        await rig.Client.ExecuteAsync(command, TestContext.Current.CancellationToken);
        Assert.Equal($$$"""{"execute":"echo","arguments":{{{json}}},"id":0}""", rig.Server.Received[^1].Raw);
    }

    [Fact]
    public async Task Trap33_a_slow_command_holds_up_none_of_seven_fast_ones()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name == "slow" ? null : command.Return();
        var slow = rig.Execute("slow");
        for (var i = 0; i < 7; i++)
        {
            Assert.True(rig.Execute($"fast-{i}").IsCompletedSuccessfully);
        }

        Assert.False(slow.IsCompleted);
        rig.Server.Send(rig.Server.Last("slow").Return("1"));
        Assert.Equal(1, (await slow).GetElement().GetInt32());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[{\"a\": 1}]")]
    [InlineData("\"text\"")]
    [InlineData("42")]
    [InlineData("true")]
    [InlineData("null")]
    public async Task A_return_may_be_any_json_value(string value)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Return(value);
        Assert.Equal(value, System.Text.Encoding.UTF8.GetString((await rig.Execute("query-any")).Json.Span));
    }

    [Fact]
    public async Task Trap07_replies_and_events_keep_their_own_bytes_under_a_flood()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command =>
            Events.Named("FLOOD", "{\"n\": \"" + command.Name + "\"}") + command.Return("\"" + command.Name + "\"") + Events.Stop;
        List<(string Name, QmpReply Reply)> kept = [];
        for (var i = 0; i < 2000; i++)
        {
            var name = $"query-{i}-" + new string((char)('a' + (i % 26)), i % 400 % 100);
            kept.Add((name, await rig.Execute(name)));
        }

        Assert.All(kept, pair => Assert.Equal(pair.Name, pair.Reply.GetElement().GetString()));
        var floods = rig.Events.Where(item => item.Name == "FLOOD").Select(item => item.GetDataElement().GetProperty("n").GetString());
        Assert.Equal(kept.Select(pair => pair.Name), floods);
    }
}
