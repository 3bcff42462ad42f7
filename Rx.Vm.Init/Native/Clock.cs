namespace Rx.Vm.Init.Native;

/// <summary>
/// The kernel's monotonic clock. PID 1 of a guest has no scheduler to be given: it is the edge of the system, and the host's
/// virtual-time tests replace all of it.
/// </summary>
internal static unsafe class Clock
{
    private const int Realtime = 0, Monotonic = 1;

    /// <summary>Milliseconds since some fixed moment; never goes back.</summary>
    public static long Now
    {
        get
        {
            TimeSpec time;
            _ = Libc.clock_gettime(Monotonic, &time);
            return (time.Seconds * 1000) + (time.Nanoseconds / 1_000_000);
        }
    }

    /// <summary>The wall clock, in nanoseconds.</summary>
    public static long RealNanoseconds
    {
        get
        {
            TimeSpec time;
            _ = Libc.clock_gettime(Realtime, &time);
            return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
        }
    }

    /// <summary>
    /// Sets the wall clock from the machine's own when they differ by more than two seconds: a VM cloned from a template wakes up with
    /// the time at which the template was saved.
    /// </summary>
    public static void FollowHardware()
    {
        if (Files.TryRead("/sys/class/rtc/rtc0/since_epoch", 64) is not { } text
            || !System.Buffers.Text.Utf8Parser.TryParse(text, out long seconds, out _))
        {
            return;
        }

        TimeSpec time;
        if (Libc.clock_gettime(Realtime, &time) == 0 && Math.Abs(time.Seconds - seconds) > 2)
        {
            time = new() { Seconds = seconds };
            _ = Libc.clock_settime(Realtime, &time);
        }
    }
}
